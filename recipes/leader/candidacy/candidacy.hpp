#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/backoff.hpp"
#include "core/contender/contender.hpp"
#include "recipes/leader/term/latch_state.hpp"

namespace paddock::detail {

/// The driver of one latch, from its start until it is withdrawn: one campaign after the other, never two at once
/// (hazards F11, F12). A campaign is a contender, its lease the term.
class candidacy final : public operation<bool> {
public:
    using resigned_sink = latch_state::resigned_sink;

    explicit candidacy(std::shared_ptr<latch_state> latch);

    /// On core's executor, as all below.
    void start();
    /// Competes (again) after the present term or campaign, or no longer.
    void want(bool competing);
    /// Ends the term, if there is one; `done` follows when its node is gone.
    void resign(resigned_sink done);
    void give_up(error_code ec) override {
        why_ = ec;
        operation<bool>::give_up(ec);
    }

private:
    /// A term's end: stop is requested at once when the lease is lost, whatever the executor is busy with.
    struct term_end {
        std::stop_source ended;
        std::optional<std::stop_callback<std::function<void()>>> on_loss;
    };

    static asio::awaitable<void> run(std::shared_ptr<candidacy> self);
    asio::awaitable<error_code> campaign(lease& held);
    std::shared_ptr<void> watched_token();
    asio::awaitable<void> depart();
    asio::awaitable<bool> serve(lease held);
    asio::awaitable<release_result> release(lease held);
    asio::awaitable<void> sit_out(error_code ec);
    asio::awaitable<void> back_off();
    std::shared_ptr<term_end> watch_over(const lease& held);
    void work_in(const leader_term& term);
    void answer_resignations(release_result result);
    [[nodiscard]] bool goes_on() const noexcept { return wanted_ && !given_up; }

    const std::shared_ptr<latch_state> latch_;
    std::shared_ptr<contender> attempt_;
    std::weak_ptr<void> present_;  ///< gone when the directory has nothing of the last campaign or its term
    std::vector<resigned_sink> resigning_;
    backoff delays_{std::chrono::milliseconds(100), std::chrono::seconds(60)};
    error_code why_;  ///< it ends against its wish
    bool wanted_ = true;
    bool leading_ = false;
    bool working_ = false;  ///< the term's work has begun and not ended
    bool work_over_ = false;
};

}  // namespace paddock::detail
