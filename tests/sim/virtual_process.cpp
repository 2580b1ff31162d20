#include "tests/sim/virtual_process.hpp"

#include <utility>

namespace paddock::testing {

void virtual_process::suspend() {
    if (std::exchange(lane_.suspended, true)) return;
    suspended_at_ = now();
}

void virtual_process::resume() {
    if (!std::exchange(lane_.suspended, false)) return;
    slept_ += now() - suspended_at_;
}

detail::boot_time virtual_process::awake() const noexcept {
    return (lane_.suspended ? suspended_at_ : now()) - slept_;
}

virtual_host::condition virtual_process::state() const noexcept {
    if (lane_.dead) return condition::killed;
    if (lane_.paused) return condition::paused;
    if (lane_.suspended) return condition::suspended;
    return lane_.frozen ? condition::frozen : condition::runs;
}

void virtual_process::pause() {
    if (std::exchange(lane_.paused, true)) return;
    lane_.clock.stop(world_.now(), true);
    world_.reschedule(lane_);
}

void virtual_process::unpause() {
    if (!std::exchange(lane_.paused, false)) return;
    lane_.clock.stop(world_.now(), false);
    world_.reschedule(lane_);
}

void virtual_process::drift(std::int64_t ppm) {
    lane_.clock.drift(world_.now(), ppm);
    world_.reschedule(lane_);
}

}  // namespace paddock::testing
