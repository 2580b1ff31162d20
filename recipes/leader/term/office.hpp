#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <paddock/leader_latch.hpp>

#include "core/gate.hpp"

namespace paddock::detail {

/// What a latch is and may do at this moment: changed on core's executor, asked from any thread.
class office {
public:
    explicit office(std::shared_ptr<gate> entrance) : entrance_(std::move(entrance)) {}

    [[nodiscard]] bool leads() const {
        return ask(false, [&] { return holds(); });
    }
    [[nodiscard]] std::optional<leader_term> term() const {
        const std::optional<leader_term> none;
        return ask(none, [&] { return holds() ? std::optional(term_) : none; });
    }
    [[nodiscard]] std::chrono::milliseconds remaining() const {
        const std::chrono::milliseconds none(0);
        return ask(none, [&] { return holds() ? held_.remaining() : none; });
    }
    /// The lease of the present term; null when there is none.
    [[nodiscard]] std::shared_ptr<lease_core> held() const {
        const std::shared_ptr<lease_core> none;
        return ask(none, [&] { return holds() ? held_.core() : none; });
    }
    [[nodiscard]] candidate_state state() const {
        return ask(candidate_state::idle, [&] {
            const bool over = state_ == candidate_state::leading && !holds();
            return over ? candidate_state::competing : state_;
        });
    }
    [[nodiscard]] error_code failure() const {
        return ask(make_error_code(errc::wrong_process), [&] { return failure_; });
    }
    /// Throws `errc::not_owner`.
    [[nodiscard]] transaction guard(const std::string& path) const {
        if (entrance_->in_other_process()) throw boost::system::system_error(errc::wrong_process, path);
        const std::lock_guard lock(guard_);
        if (!holds()) throw boost::system::system_error(errc::not_owner, path);
        return transaction(held_);
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
    // The lock may have been held when the process was forked.
    template <class Answer, class Read>
    Answer ask(Answer foreign, Read read) const {
        if (entrance_->in_other_process()) return foreign;
        const std::lock_guard lock(guard_);
        return read();
    }

    const std::shared_ptr<gate> entrance_;
    mutable std::mutex guard_;
    lease held_;
    leader_term term_;
    candidate_state state_ = candidate_state::idle;
    error_code failure_;
};

}  // namespace paddock::detail
