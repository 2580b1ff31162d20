#pragma once

#include <chrono>
#include <string>

#include <paddock/read_write_lock.hpp>

namespace paddock {

/// Lets `std::unique_lock` and `std::shared_lock` hold a `read_write_lock` (SharedTimedLockable).
///
/// One object is one owner: it holds at most one lease, to write or to read, which any thread may give back. To lock
/// what it holds already, in either way, throws `errc::would_deadlock` at once: so does an upgrade. `unlock` and
/// `unlock_shared` delete the node in the background and never throw; the standard's guards cannot tell that a lease was
/// lost, so ask `held()` where it matters. Not thread-safe: give each thread its own object, on one path.
class PADDOCK_EXPORT lockable_read_write {
public:
    /// As for `read_write_lock`. Throws `argument_error`.
    lockable_read_write(client& on, std::string directory, claim_options options = {});

    void lock();
    bool try_lock();
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& limit) {
        return lock_for(lock_.write(), nanoseconds(limit));
    }
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& deadline) {
        return lock_for(lock_.write(), until(deadline));
    }
    void unlock() noexcept;

    void lock_shared();
    bool try_lock_shared();
    template <class Rep, class Period>
    bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& limit) {
        return lock_for(lock_.read(), nanoseconds(limit));
    }
    template <class Clock, class Duration>
    bool try_lock_shared_until(const std::chrono::time_point<Clock, Duration>& deadline) {
        return lock_for(lock_.read(), until(deadline));
    }
    void unlock_shared() noexcept;

    /// Turns the write lock into a read lock without a gap; to be given back by `unlock_shared`. Throws as
    /// `read_write_lock::downgrade`, and is unlocked then; `errc::empty_lease` when it is not locked.
    void downgrade();

    /// The lease behind the lock; empty while unlocked.
    [[nodiscard]] const lease& held() const noexcept { return held_; }

private:
    using nanoseconds = std::chrono::duration<long double, std::nano>;  // do not overflow at a clock's ends

    template <class Clock, class Duration>
    static nanoseconds until(const std::chrono::time_point<Clock, Duration>& deadline) {
        return nanoseconds(deadline.time_since_epoch()) - nanoseconds(Clock::now().time_since_epoch());
    }
    bool lock_for(claim& side, nanoseconds limit);
    void must_be_free() const;

    read_write_lock lock_;
    lease held_;
};

}  // namespace paddock
