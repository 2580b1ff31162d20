#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/round_operation.hpp"
#include "recipes/leader/term/latch_state.hpp"

namespace paddock::detail {

/// Changes the leader's record in the directory's data, by one multi that also checks the leader's node. The whole record
/// is written, so it is written again when the answer was lost, unless a later change has been started.
class record_write final : public round_operation<bool> {
public:
    using change_type = std::function<void(leader_record&)>;

    record_write(std::shared_ptr<latch_state> latch, change_type change, sink_type sink);

private:
    error_code prepare() override;
    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    void take_record();
    [[nodiscard]] error_code deadline_error() const override {
        return sent_ ? errc::outcome_unknown : errc::servers_unreachable;
    }

    const std::shared_ptr<latch_state> latch_;
    const change_type change_;
    std::shared_ptr<lease_core> term_;
    std::string data_;
    std::uint64_t number_ = 0;
    bool sent_ = false;
};

/// Sets the value; throws `argument_error` if it cannot be published.
record_write::change_type new_value(std::string value);

}  // namespace paddock::detail
