#pragma once

#include <chrono>

namespace paddock::detail {

/// Delays between retries: full jitter over a doubling limit ("Exponential Backoff And Jitter", Brooker, 2015),
/// never less than a quarter of the limit so that a loop cannot run hot.
class backoff {
public:
    constexpr backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest) noexcept
        : first_(first), longest_(longest), limit_(first) {}

    /// The next delay; `unit` is random in [0, 1).
    std::chrono::nanoseconds next(double unit) noexcept {
        const auto limit = std::chrono::duration<double, std::nano>(limit_);
        limit_ = limit_ > longest_ / 2 ? longest_ : limit_ * 2;
        return std::chrono::duration_cast<std::chrono::nanoseconds>(limit * (0.25 + 0.75 * unit));
    }
    /// After a success.
    void reset() noexcept { limit_ = first_; }

private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds limit_;
};

}  // namespace paddock::detail
