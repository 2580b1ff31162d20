#include "tests/sim/virtual_lane.hpp"

namespace paddock::testing {

// A handler that is destroyed may leave others.
virtual_lane::~virtual_lane() {
    while (!ready_.empty()) {
        const auto dropped = std::exchange(ready_, {});
    }
    shutdown();
    destroy();
}

bool virtual_lane::run_one() {
    if (ready_.empty()) return false;
    const auto next = std::move(ready_.front());
    ready_.pop_front();
    run([&] { next->run(); });
    return true;
}

}  // namespace paddock::testing
