#pragma once

#include <functional>
#include <memory>
#include <string>

#include "recipes/leader_latch/leader_core.hpp"

namespace paddock::detail {

/// Changes the leader's record in the directory's data, by one multi that also checks the leader's node. The whole record
/// is written, so it is written again when the answer was lost, unless a later change has been started.
class record_write final : public operation<bool> {
public:
    record_write(std::shared_ptr<leader_core> core, sink_type sink);

    /// On core's executor.
    void start(const std::function<void(leader_record&)>& change, boot_time deadline);

private:
    static asio::awaitable<void> run(std::shared_ptr<record_write> self);
    [[nodiscard]] error_code judge(const multi_reply& answer) const;
    [[nodiscard]] error_code deadline_error() const override {
        return sent_ ? errc::outcome_unknown : errc::servers_unreachable;
    }

    const std::shared_ptr<leader_core> core_;
    std::shared_ptr<lease_core> term_;
    std::string data_;
    std::uint64_t number_ = 0;
    bool sent_ = false;
};

/// Throws `argument_error` if it cannot be published.
void check_value(const std::string& value);

}  // namespace paddock::detail
