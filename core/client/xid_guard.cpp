#include "core/client/xid_guard.hpp"

#include <cstdint>
#include <ctime>

#include <glog/logging.h>

namespace paddock::detail {
namespace {

// By how much our count may be wrong, with room to spare: the library begins with the time in seconds, a
// little later than we ask for it, and its closing requests are not counted here.
constexpr std::int64_t margin = 1'000'000;

// Requests until the numbers are `margin` before their end.
std::int64_t distance() {
    return (std::int64_t{1} << 32) - margin - static_cast<std::int64_t>(std::time(nullptr));
}

// A path that is refused after a number has been taken.
void waste_xid(zhandle_t* zh) { zoo_adelete(zh, "", -1, nullptr, nullptr); }

}  // namespace

void take_xid(zhandle_t* zh) {
    static std::int64_t left = distance();
    if (--left > 0) return;
    for (std::int64_t i = 0; i < 2 * margin; ++i) waste_xid(zh);
    left = distance() - 2 * margin;  // from -1 the library goes on with the time again
    LOG(INFO) << "ZooKeeper: request numbers begin again";
}

}  // namespace paddock::detail
