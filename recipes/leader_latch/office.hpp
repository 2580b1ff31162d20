#pragma once

#include <mutex>
#include <optional>
#include <stop_token>

#include <paddock/leader_latch.hpp>

namespace paddock::detail {

/// What a latch is and may do at this moment: changed on core's executor, asked from any thread.
class office {
public:
    [[nodiscard]] bool leads() const {
        const std::lock_guard lock(guard_);
        return holds();
    }
    [[nodiscard]] std::optional<leader_term> term() const {
        const std::lock_guard lock(guard_);
        return holds() ? std::optional(term_) : std::nullopt;
    }
    [[nodiscard]] std::chrono::milliseconds remaining() const {
        const std::lock_guard lock(guard_);
        return holds() ? held_.remaining() : std::chrono::milliseconds::zero();
    }
    /// Throws `errc::not_owner`.
    [[nodiscard]] transaction guard(const std::string& path) const {
        const std::lock_guard lock(guard_);
        if (!holds()) throw boost::system::system_error(errc::not_owner, path);
        return transaction(held_);
    }
    /// The lease of the present term; null when there is none.
    [[nodiscard]] std::shared_ptr<lease_core> held() const {
        const std::lock_guard lock(guard_);
        return holds() ? held_.core() : nullptr;
    }
    [[nodiscard]] candidate_state state() const {
        const std::lock_guard lock(guard_);
        const bool over = state_ == candidate_state::leading && !holds();
        return over ? candidate_state::competing : state_;
    }
    [[nodiscard]] error_code failure() const {
        const std::lock_guard lock(guard_);
        return failure_;
    }

    void enter(lease held, leader_term term) {
        const std::lock_guard lock(guard_);
        held_ = std::move(held);
        term_ = std::move(term);
        state_ = candidate_state::leading;
        failure_ = {};
    }
    /// Ends the term; the lease is the caller's to release.
    lease leave() {
        const std::lock_guard lock(guard_);
        state_ = candidate_state::competing;
        return std::move(held_);
    }
    void now(candidate_state state, error_code failure) {
        const std::lock_guard lock(guard_);
        state_ = state;
        failure_ = failure;
    }

private:
    [[nodiscard]] bool holds() const { return held_ && held_.state() != lease_state::lost; }

    mutable std::mutex guard_;
    lease held_;
    leader_term term_;
    candidate_state state_ = candidate_state::idle;
    error_code failure_;
};

}  // namespace paddock::detail
