#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace paddock::testing {

/// How long a wait lasts at most when a test names no limit: far beyond what a healthy run needs.
inline constexpr std::chrono::milliseconds default_wait{10'000};

/// Evaluates `predicate` until it holds or `within` has passed, and says whether it held.
///
/// For conditions that nothing announces (a server's tree, /proc). The predicate is evaluated at least once,
/// and once more after the limit, so that a slow machine cannot fail a condition that became true. The short
/// pauses between two evaluations are the only waiting by time in the integration tests.
template <class Predicate>
[[nodiscard]] bool eventually(Predicate&& predicate, std::chrono::milliseconds within = default_wait) {
    using clock = std::chrono::steady_clock;
    const auto deadline = clock::now() + within;
    for (int pause_ms = 1;; pause_ms = std::min(pause_ms * 2, 20)) {
        const bool expired = clock::now() >= deadline;
        if (predicate()) return true;
        if (expired) return false;
        ::poll(nullptr, 0, pause_ms);
    }
}

}  // namespace paddock::testing
