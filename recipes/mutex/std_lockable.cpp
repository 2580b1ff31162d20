#include <paddock/std_lockable.hpp>

#include <utility>

#include "core/lockable_deadline.hpp"

namespace paddock {

lockable_mutex::lockable_mutex(client& on, std::string directory, mutex_options options)
    : mutex_(on, std::move(directory), std::move(options)) {}

void lockable_mutex::must_be_free() const {
    if (held_) throw boost::system::system_error(errc::would_deadlock, mutex_.path());
}

void lockable_mutex::lock() {
    must_be_free();
    held_ = mutex_.acquire();
}

bool lockable_mutex::try_lock() {
    must_be_free();
    held_ = mutex_.try_acquire();
    return static_cast<bool>(held_);
}

bool lockable_mutex::lock_for(std::chrono::duration<long double, std::nano> limit) {
    must_be_free();
    held_ = mutex_.try_acquire_until(detail::lockable_deadline(limit));
    return static_cast<bool>(held_);
}

void lockable_mutex::unlock() noexcept { held_ = lease(); }

}  // namespace paddock
