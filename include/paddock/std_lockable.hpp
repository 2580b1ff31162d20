#pragma once

#include <chrono>

#include <paddock/mutex.hpp>

namespace paddock {

/// Lets `std::unique_lock`, `std::lock_guard` and `std::scoped_lock` hold a `mutex` (TimedLockable).
///
/// One object is one owner: it holds at most one lease, which any thread may give back; `lock` while it is
/// held throws `errc::would_deadlock`. `unlock` releases the lease in the background and never throws; the
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
        return lock_for(std::chrono::duration<long double, std::nano>(limit));
    }
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& deadline) {
        using nanoseconds =
            std::chrono::duration<long double, std::nano>;  // do not overflow at a clock's ends
        return lock_for(nanoseconds(deadline.time_since_epoch()) -
                        nanoseconds(Clock::now().time_since_epoch()));
    }
    void unlock() noexcept;

    /// The lease behind the lock; empty while unlocked.
    [[nodiscard]] const lease& held() const noexcept { return held_; }

private:
    bool lock_for(std::chrono::duration<long double, std::nano> limit);
    void must_be_free() const;

    mutex mutex_;
    lease held_;
};

}  // namespace paddock
