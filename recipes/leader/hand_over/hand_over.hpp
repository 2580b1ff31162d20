#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "recipes/leader/term/latch_state.hpp"

namespace paddock::detail {

/// The leader's side of a hand-over: names the heir in the record, waits until its node says that it is ready, and
/// resigns. `heir_watch` is the other side.
class hand_over_operation final : public operation<hand_over_result> {
public:
    hand_over_operation(std::shared_ptr<latch_state> latch, std::chrono::milliseconds limit, after_term then,
                        sink_type sink);

    /// On core's executor.
    void start();

private:
    static asio::awaitable<void> run(std::shared_ptr<hand_over_operation> self);
    void leave_term();
    void withdraw(const std::string& heir);
    asio::awaitable<error_code> choose(std::string& heir);
    asio::awaitable<error_code> announce(std::string heir);
    asio::awaitable<error_code> wait_for(const std::string& heir, hand_over_result& how);

    const std::shared_ptr<latch_state> latch_;
    const std::chrono::milliseconds limit_;
    const after_term then_;
    std::shared_ptr<lease_core> term_;
    scheduled_call on_limit_;
    boot_time end_{};
    bool limit_passed_ = false;
};

}  // namespace paddock::detail
