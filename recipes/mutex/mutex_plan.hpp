#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/contender/queue_plan.hpp"

namespace paddock::detail {

/// What Curator's InterProcessMutex names its nodes.
inline constexpr std::string_view mutex_kind = "lock-";

/// The oldest contender holds, every other watches the nearest before it (`plan_fifo`).
queue_plan plan_mutex(const queue_view& seen);

/// The contenders among `children`, in queue order.
std::vector<queue_entry> mutex_queue(const std::vector<std::string>& children, std::string_view record);

}  // namespace paddock::detail
