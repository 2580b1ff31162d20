#pragma once

#include <chrono>

namespace paddock::detail {

/// Where a limit of the standard's timed locks ends: the present for one that is over, never for one beyond the clock.
inline std::chrono::steady_clock::time_point lockable_deadline(
    std::chrono::duration<long double, std::nano> limit) {
    using std::chrono::steady_clock;
    const auto now = steady_clock::now();
    if (limit >= steady_clock::time_point::max() - now) return steady_clock::time_point::max();
    return limit.count() > 0 ? now + std::chrono::ceil<std::chrono::nanoseconds>(limit) : now;
}

}  // namespace paddock::detail
