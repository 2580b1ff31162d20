#include "core/client/xid_guard.hpp"

#include <cstdint>
#include <ctime>

#include <glog/logging.h>

#include "core/client/fork_gate.hpp"

namespace paddock::detail {
namespace {

// How far from -1 the number may be while we think it still is this far: the library's first number is the time
// in seconds at its first request, which may be a little later than at ours.
constexpr std::int64_t margin = 10'000;
constexpr std::int64_t numbers = std::int64_t{1} << 32;

// A path that is refused after a number has been taken.
void waste_xid(zhandle_t* zh) { zoo_adelete(zh, "", -1, nullptr, nullptr); }

}  // namespace

void take_xid(zhandle_t* zh) {
    static std::int64_t left = numbers - static_cast<std::int64_t>(std::time(nullptr)) - margin;
    if (--left > 0) return;
    for (std::int64_t i = 0; i < 2 * margin; ++i) waste_xid(zh);
    left = numbers - 2 * margin;
    const fork_gate gate;
    LOG(INFO) << "ZooKeeper: request numbers begin again";
}

}  // namespace paddock::detail
