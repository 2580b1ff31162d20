#pragma once

#include <chrono>

namespace paddock::detail {

/// CLOCK_BOOTTIME: goes on while the machine is suspended, as the servers' clocks do (hazard C18). Only
/// `environment::now()` makes these values, so that tests can run in virtual time.
struct boot_clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<boot_clock>;
    static constexpr bool is_steady = true;
};
using boot_time = boot_clock::time_point;

/// `start + length`, without running over the end of the clock.
template <class Rep, class Period>
constexpr boot_time saturating_add(boot_time start, std::chrono::duration<Rep, Period> length) noexcept {
    // Compared in the unit given: a caller's "for ever", such as milliseconds::max(), has no nanoseconds.
    const auto room =
        std::chrono::duration_cast<std::chrono::duration<Rep, Period>>(boot_time::max() - start);
    return length > room ? boot_time::max() : start + length;
}

}  // namespace paddock::detail
