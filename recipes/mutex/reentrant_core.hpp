#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include <paddock/reentrant_mutex.hpp>

#include "core/client_core.hpp"
#include "core/completion.hpp"

namespace paddock::detail {

/// Who holds what: one lease an owner, counted. An owner's first lock has its place here from its start on, so that a
/// second one beside it is refused instead of queueing behind it.
class reentrant_core {
public:
    reentrant_core(client& on, std::string directory, mutex_options options)
        : inner(on, std::move(directory), std::move(options)), handlers(on.core()->handlers()) {}

    /// Takes it once more, or fails with `ec`. False if this is the first lock of `owner`: its `first_lock` must follow.
    bool enter_again(mutex_owner owner, error_code& ec) {
        const std::lock_guard lock(guard_);
        const auto [at, first] = holds_.try_emplace(owner.id());
        ec = {};
        if (first) return false;
        if (at->second.count == 0) {
            ec = errc::would_deadlock;
        } else if (at->second.held.state() == lease_state::lost) {
            ec = errc::lease_lost;
        } else {
            ++at->second.count;
        }
        return true;
    }
    void keep_first(mutex_owner owner, lease held) {
        const std::lock_guard lock(guard_);
        hold& entry = holds_.at(owner.id());
        entry.held = std::move(held);
        entry.count = 1;
    }
    void drop_first(mutex_owner owner) {
        const std::lock_guard lock(guard_);
        holds_.erase(owner.id());
    }
    error_code leave(mutex_owner owner) {
        lease released;  // outside of the lock
        const std::lock_guard lock(guard_);
        const auto at = holds_.find(owner.id());
        if (at == holds_.end() || at->second.count == 0) return errc::not_owner;
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
        if (at == holds_.end() || at->second.count == 0)
            throw boost::system::system_error(errc::not_owner, inner.path());
        return question(at->second.held);
    }

    mutex inner;
    const post_task handlers;

private:
    struct hold {
        lease held;
        std::size_t count = 0;  // 0: the first lock is still waiting
    };
    mutable std::mutex guard_;
    std::unordered_map<std::uint64_t, hold> holds_;
};

/// An owner's first lock under way, after `enter_again` has said that it is the first. Unless it is kept, the owner may
/// start anew.
class first_lock {
public:
    first_lock(std::shared_ptr<reentrant_core> core, mutex_owner owner)
        : core_(std::move(core)), owner_(owner) {}
    first_lock(first_lock&&) = default;  // leaves an empty one behind
    first_lock& operator=(first_lock&&) = delete;
    ~first_lock() {
        if (core_) core_->drop_first(owner_);
    }
    void keep(lease held) { std::exchange(core_, nullptr)->keep_first(owner_, std::move(held)); }

private:
    std::shared_ptr<reentrant_core> core_;
    mutex_owner owner_;
};

}  // namespace paddock::detail
