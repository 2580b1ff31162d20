#pragma once

#include <zookeeper/zookeeper.h>

namespace paddock::detail {

/// To be called before each request. The C client numbers the requests of the process, beginning with the
/// time of the first; after some 2.5e9 it would come to the numbers that the protocol reserves (-8 to -1),
/// lose a reply and then the connection, over and over (ZOOKEEPER-3286). These numbers are used up on calls
/// that send nothing.
void take_xid(zhandle_t* zh);

}  // namespace paddock::detail
