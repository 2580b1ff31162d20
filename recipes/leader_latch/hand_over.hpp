#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "recipes/leader_latch/leader_core.hpp"

namespace paddock::detail {

/// The leader's side of a hand-over: names the heir in the record, waits until its node says that it is ready, and
/// resigns. `heir_watch` is the other side.
class hand_over_operation final : public operation<hand_over_result> {
public:
    hand_over_operation(std::shared_ptr<leader_core> core, after_term then, sink_type sink);

    /// On core's executor.
    void start(std::chrono::milliseconds limit);

private:
    static asio::awaitable<void> run(std::shared_ptr<hand_over_operation> self);
    asio::awaitable<error_code> choose(std::string& heir);
    asio::awaitable<error_code> announce(std::string heir);
    asio::awaitable<error_code> wait_for(const std::string& heir, hand_over_result& how);
    [[nodiscard]] error_code term_over(const session& home) const;

    const std::shared_ptr<leader_core> core_;
    const after_term then_;
    std::shared_ptr<lease_core> term_;
    scheduled_call limit_;
    boot_time end_{};
    bool limit_passed_ = false;
    bool fired_ = false;
};

}  // namespace paddock::detail
