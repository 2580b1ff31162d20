#include <paddock/reentrant_mutex.hpp>

#include <atomic>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>

#include "recipes/mutex/reentrant_core.hpp"

namespace paddock {
namespace {

std::uint64_t next_owner_id() noexcept {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

}  // namespace

mutex_owner::mutex_owner() : id_(next_owner_id()) {}

mutex_owner mutex_owner::this_thread() noexcept {
    thread_local const std::uint64_t id = next_owner_id();
    return mutex_owner(id);
}

reentrant_mutex::reentrant_mutex(client& on, std::string directory, mutex_options options)
    : core_(std::make_shared<detail::reentrant_core>(on, std::move(directory), std::move(options))) {}

void reentrant_mutex::lock(mutex_owner owner) {
    error_code ec;
    lock(owner, ec);
    if (ec) throw boost::system::system_error(ec, core_->inner.path());
}

void reentrant_mutex::lock(mutex_owner owner, error_code& ec) {
    if (core_->enter_again(owner, ec)) return;
    detail::first_lock first(core_, owner);
    lease held = core_->inner.acquire(ec);
    if (!ec) first.keep(std::move(held));
}

namespace {

// The shape of all that may fail to get it in time: again, or else for the first time.
template <class Acquire>
bool try_enter(const std::shared_ptr<detail::reentrant_core>& core, mutex_owner owner, Acquire acquire) {
    error_code ec;
    if (core->enter_again(owner, ec)) {
        if (ec) throw boost::system::system_error(ec, core->inner.path());
        return true;
    }
    detail::first_lock first(core, owner);
    lease held = acquire(core->inner);
    if (!held) return false;
    first.keep(std::move(held));
    return true;
}

}  // namespace

bool reentrant_mutex::try_lock(mutex_owner owner) {
    return try_enter(core_, owner, [](mutex& inner) { return inner.try_acquire(); });
}

bool reentrant_mutex::try_lock_for(std::chrono::nanoseconds limit, mutex_owner owner) {
    return try_enter(core_, owner, [limit](mutex& inner) { return inner.try_acquire_for(limit); });
}

bool reentrant_mutex::try_lock_until(std::chrono::steady_clock::time_point deadline, mutex_owner owner) {
    return try_enter(core_, owner, [deadline](mutex& inner) { return inner.try_acquire_until(deadline); });
}

void reentrant_mutex::unlock(mutex_owner owner) {
    error_code ec;
    unlock(owner, ec);
    if (ec) throw boost::system::system_error(ec, core_->inner.path());
}

void reentrant_mutex::unlock(mutex_owner owner, error_code& ec) { ec = core_->leave(owner); }

std::size_t reentrant_mutex::hold_count(mutex_owner owner) const { return core_->count(owner); }

fencing_token reentrant_mutex::token(mutex_owner owner) const {
    return core_->ask(owner, [](const lease& held) { return held.fencing_token(); });
}

lease_state reentrant_mutex::state(mutex_owner owner) const {
    return core_->ask(owner, [](const lease& held) { return held.state(); });
}

std::stop_token reentrant_mutex::lost_token(mutex_owner owner) const {
    return core_->ask(owner, [](const lease& held) { return held.lost_token(); });
}

void reentrant_mutex::start_lock(std::shared_ptr<detail::reentrant_core> core, mutex_owner owner,
                                 boost::asio::any_completion_handler<void(error_code)> handler) {
    error_code ec;
    if (core->enter_again(owner, ec))
        return detail::make_completion(std::move(handler), core->handlers)->later(ec);
    const auto executor = boost::asio::get_associated_executor(handler);
    const auto slot = boost::asio::get_associated_cancellation_slot(handler);
    auto first = [entry = detail::first_lock(core, owner), handler = std::move(handler)](error_code failed,
                                                                                         lease held) mutable {
        {
            detail::first_lock ended = std::move(entry);  // before the handler, which may lock anew
            if (!failed) ended.keep(std::move(held));
        }
        std::move(handler)(failed);
    };
    core->inner.async_acquire(
        boost::asio::bind_cancellation_slot(slot, boost::asio::bind_executor(executor, std::move(first))));
}

}  // namespace paddock
