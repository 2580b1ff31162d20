#include <paddock/reentrant_mutex.hpp>

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>

#include "core/completion.hpp"
#include "recipes/mutex/mutex_core.hpp"

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

namespace detail {

/// Who holds what: one lease an owner, counted.
class reentrant_core {
public:
    reentrant_core(client& on, std::string directory, mutex_options options)
        : inner(on, std::move(directory), std::move(options)), handlers(on.core()->handlers()) {}

    /// Takes it once more. False if `owner` holds nothing yet.
    bool enter_again(mutex_owner owner, error_code& ec) {
        const std::lock_guard lock(guard_);
        const auto at = holds_.find(owner.id());
        ec = {};
        if (at == holds_.end()) return false;
        if (at->second.held.state() == lease_state::lost) {
            ec = errc::lease_lost;
        } else {
            ++at->second.count;
        }
        return true;
    }
    /// Keeps the first lease of `owner`. If it got one by another call in the meantime, that one counts.
    error_code enter_first(mutex_owner owner, lease held) {
        const std::lock_guard lock(guard_);
        const auto [at, fresh] = holds_.try_emplace(owner.id());
        if (fresh) at->second.held = std::move(held);
        if (!fresh && at->second.held.state() == lease_state::lost) return errc::lease_lost;
        ++at->second.count;
        return {};
    }
    error_code leave(mutex_owner owner) {
        lease released;  // outside of the lock
        const std::lock_guard lock(guard_);
        const auto at = holds_.find(owner.id());
        if (at == holds_.end()) return errc::not_owner;
        if (--at->second.count > 0) return {};
        released = std::move(at->second.held);
        holds_.erase(at);
        return {};
    }
    std::size_t count(mutex_owner owner) const {
        const std::lock_guard lock(guard_);
        const auto at = holds_.find(owner.id());
        return at == holds_.end() ? 0 : at->second.count;
    }
    template <class Question>
    auto ask(mutex_owner owner, Question question) const {
        const std::lock_guard lock(guard_);
        const auto at = holds_.find(owner.id());
        if (at == holds_.end()) throw boost::system::system_error(errc::not_owner, inner.path());
        return question(at->second.held);
    }

    mutex inner;
    const post_task handlers;

private:
    struct hold {
        lease held;
        std::size_t count = 0;
    };
    mutable std::mutex guard_;
    std::unordered_map<std::uint64_t, hold> holds_;
};

}  // namespace detail

reentrant_mutex::reentrant_mutex(client& on, std::string directory, mutex_options options)
    : core_(std::make_shared<detail::reentrant_core>(on, std::move(directory), std::move(options))) {}

void reentrant_mutex::lock(mutex_owner owner) {
    error_code ec;
    lock(owner, ec);
    if (ec) throw boost::system::system_error(ec, core_->inner.path());
}

void reentrant_mutex::lock(mutex_owner owner, error_code& ec) {
    if (core_->enter_again(owner, ec)) return;
    lease held = core_->inner.acquire(ec);
    if (!ec) ec = core_->enter_first(owner, std::move(held));
}

namespace {

// The shape of all that may fail to get it in time: again, or else for the first time.
template <class Acquire>
bool try_enter(detail::reentrant_core& core, mutex_owner owner, Acquire acquire) {
    error_code ec;
    if (core.enter_again(owner, ec)) {
        if (ec) throw boost::system::system_error(ec, core.inner.path());
        return true;
    }
    lease held = acquire(core.inner);
    if (!held) return false;
    ec = core.enter_first(owner, std::move(held));
    if (ec) throw boost::system::system_error(ec, core.inner.path());
    return true;
}

}  // namespace

bool reentrant_mutex::try_lock(mutex_owner owner) {
    return try_enter(*core_, owner, [](mutex& inner) { return inner.try_acquire(); });
}

bool reentrant_mutex::try_lock_for(std::chrono::nanoseconds limit, mutex_owner owner) {
    return try_enter(*core_, owner, [limit](mutex& inner) { return inner.try_acquire_for(limit); });
}

bool reentrant_mutex::try_lock_until(std::chrono::steady_clock::time_point deadline, mutex_owner owner) {
    return try_enter(*core_, owner, [deadline](mutex& inner) { return inner.try_acquire_until(deadline); });
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
    auto first = [core, owner, handler = std::move(handler)](error_code failed, lease held) mutable {
        if (!failed) failed = core->enter_first(owner, std::move(held));
        std::move(handler)(failed);
    };
    core->inner.async_acquire(
        boost::asio::bind_cancellation_slot(slot, boost::asio::bind_executor(executor, std::move(first))));
}

}  // namespace paddock
