#pragma once

#include <chrono>

#include <paddock/mutex.hpp>

namespace paddock {

/// Lets `std::unique_lock`, `std::lock_guard` and `std::scoped_lock` hold a `mutex` (TimedLockable).
///
/// One object is one owner: it holds at most one lease, which any thread may give back; `lock` while it is
/// held throws `errc::would_deadlock`. `unlock` deletes the node in the background and never throws; the
/// standard's guards cannot tell that a lease was lost, so ask `held()` where it matters. Not thread-safe: give each
/// thread its own object, on one path. `std::scoped_lock` over several of these tries and backs off, each round being
/// writes on the ensemble.
class PADDOCK_EXPORT lockable_mutex {
public:
    lockable_mutex(client& on, std::string directory, mutex_options options = {});

    void lock();
    bool try_lock();
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& limit) {
        return try_lock_until(std::chrono::steady_clock::now() + limit);
    }
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& deadline) {
        const auto left = std::chrono::ceil<std::chrono::nanoseconds>(deadline - Clock::now());
        return lock_until(std::chrono::steady_clock::now() + left);
    }
    void unlock() noexcept;

    /// The lease behind the lock; empty while unlocked.
    [[nodiscard]] const lease& held() const noexcept { return held_; }

private:
    bool lock_until(std::chrono::steady_clock::time_point deadline);
    void must_be_free() const;

    mutex mutex_;
    lease held_;
};

}  // namespace paddock
