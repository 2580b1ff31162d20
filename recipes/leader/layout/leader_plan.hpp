#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <paddock/error.hpp>

#include "core/contender/queue_plan.hpp"

namespace paddock::detail {

/// What Curator's LeaderLatch names its nodes.
inline constexpr std::string_view latch_kind = "latch-";

/// The oldest contender leads, every other watches the nearest before it (`plan_fifo`).
queue_plan plan_latch(const queue_view& seen);

/// The contenders among `children`, in queue order; there is no record that they depend on.
std::vector<queue_entry> latch_queue(const std::vector<std::string>& children, std::string_view record = {});

/// Who leads after `own`: the next in the queue; empty if nobody waits behind it, or it is not there.
std::string heir_of(std::string_view own, const std::vector<std::string>& children);

/// What the end of a campaign without a grant means.
enum class campaign_end {
    withdrawn,  ///< it was given up on purpose
    final,      ///< no campaign can succeed any more: the client is closed, or refused for good
    failed,     ///< tried again later, whatever it is (hazard F11)
};
campaign_end judge_campaign(const error_code& ec);

}  // namespace paddock::detail
