#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/claim_core.hpp"
#include "core/node_reader.hpp"
#include "core/round_operation.hpp"
#include "recipes/double_barrier/leave/leave_plan.hpp"

namespace paddock::detail {

/// Marks the own node, and waits until all members of the generation have marked theirs, or one is gone. The node is
/// deleted afterwards, whatever came of it.
class leave_operation final : public round_operation<bool> {
public:
    /// Throws `argument_error` unless `held` is a lease of this barrier.
    leave_operation(const claim_core& on, lease held, sink_type sink);

private:
    /// A member's node as it was read.
    struct member {
        std::string path;
        member_state now = member_state::staying;
        std::int32_t version = 0;
    };

    error_code prepare() override;
    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    void let_go() override;
    bool decide(const get_reply& seen, generation_record& record);
    bool recognise(const generation_record& record);
    asio::awaitable<reply> mark_and_read(session& home);
    asio::awaitable<reply> read_members(session& home);
    asio::awaitable<void> conclude(session& home, leave_step how, const generation_record& record,
                                   std::int32_t version);
    [[nodiscard]] std::vector<multi_op> proof(leave_step how) const;

    [[nodiscard]] bool lost() const { return held_.state() == lease_state::lost; }

    lease held_;
    std::optional<std::stop_callback<std::function<void()>>> on_loss_;
    const std::string node_;  // path at the server
    node_reader record_;
    std::optional<node_reader> next_;  // of the ring
    std::int64_t generation_ = 0;      // 0: not known yet
    std::vector<member> ring_;         // all members, the own one last
    bool sent_ = false;                // the mark: it may be there
    bool marked_ = false;              // it is
};

}  // namespace paddock::detail
