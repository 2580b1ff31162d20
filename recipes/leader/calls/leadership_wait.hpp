#pragma once

#include <chrono>
#include <memory>

#include "recipes/leader/term/latch_state.hpp"

namespace paddock::detail {

/// Somebody who waits for a latch to lead.
class leadership_wait final : public operation<leader_term> {
public:
    leadership_wait(std::shared_ptr<latch_state> latch, std::chrono::steady_clock::time_point deadline,
                    sink_type sink);
    /// On core's executor.
    void start();

private:
    [[nodiscard]] error_code deadline_error() const override;

    const std::shared_ptr<client_core> client_;
    std::shared_ptr<latch_state> latch_;  // until it has started: from then on the latch has it
    const std::chrono::steady_clock::time_point deadline_;
};

}  // namespace paddock::detail
