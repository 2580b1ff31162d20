#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/contender/queue_plan.hpp"

namespace paddock::detail {

/// What Curator's InterProcessMutex names its nodes.
inline constexpr std::string_view mutex_kind = "lock-";

/// The oldest contender holds, every other watches the nearest before it (`plan_fifo`).
queue_plan plan_mutex(std::string_view own, const std::vector<std::string>& children);

/// The contenders among `children`, in queue order.
std::vector<std::string> mutex_queue(const std::vector<std::string>& children);

}  // namespace paddock::detail
