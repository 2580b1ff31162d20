#include <paddock/std_shared_lockable.hpp>

#include <utility>

#include "core/lockable_deadline.hpp"

namespace paddock {

lockable_read_write::lockable_read_write(client& on, std::string directory, claim_options options)
    : lock_(on, std::move(directory), std::move(options)) {}

void lockable_read_write::must_be_free() const {
    if (held_) throw boost::system::system_error(errc::would_deadlock, lock_.path());
}

void lockable_read_write::lock() {
    must_be_free();
    held_ = lock_.write().acquire();
}

void lockable_read_write::lock_shared() {
    must_be_free();
    held_ = lock_.read().acquire();
}

bool lockable_read_write::try_lock() {
    must_be_free();
    held_ = lock_.write().try_acquire();
    return static_cast<bool>(held_);
}

bool lockable_read_write::try_lock_shared() {
    must_be_free();
    held_ = lock_.read().try_acquire();
    return static_cast<bool>(held_);
}

bool lockable_read_write::lock_for(claim& side, nanoseconds limit) {
    must_be_free();
    held_ = side.try_acquire_until(detail::lockable_deadline(limit));
    return static_cast<bool>(held_);
}

void lockable_read_write::downgrade() { held_ = lock_.downgrade(std::move(held_)); }

void lockable_read_write::unlock() noexcept { held_ = lease(); }
void lockable_read_write::unlock_shared() noexcept { held_ = lease(); }

}  // namespace paddock
