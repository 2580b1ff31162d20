#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <paddock/queue_claim.hpp>
#include <paddock/sharing_options.hpp>

namespace paddock {

struct mutex_options {
    std::string purpose = {};                                 ///< as in `claim_options`
    std::function<void(std::size_t ahead)> on_position = {};  ///< as in `claim_options`
    sharing_options sharing = {};                             ///< with the other threads of the client
};

/// An exclusive, fair lock shared by every process that names the same directory of the same ensemble.
///
/// Holders follow the order in which their nodes were created. Source: "Locks" in ZooKeeper Recipes and
/// Solutions; names and order are those of Curator's InterProcessMutex (so also of go-zookeeper and the Rust
/// client's Curator prefix), with which it can share a directory. Not re-entrant, see `reentrant_mutex`; an
/// acquire by the holder itself waits like any other. Ownership is the lease, not a thread.
///
/// Token: czxid of the contender's node, and a counter of those who had it before in this client (`sharing_options`); it
/// grows from holder to holder.
///
/// Costs: acquire uncontended one create2 and one getChildren in one network wait; contended two getData with
/// watch more, and two small reads in one network wait when the way is free, or else a getChildren; release one delete,
/// which in a longer queue leaves a note for the next; a lease still held after at most 2 ms one getData with watch in
/// the background. Passed on inside the client: none.
class PADDOCK_EXPORT mutex : public queue_claim {
public:
    /// `directory` is an absolute path under the client's name space; it is created, with its parents, as
    /// containers when first needed. Throws `argument_error`.
    mutex(client& on, std::string directory, mutex_options options = {});
};

}  // namespace paddock
