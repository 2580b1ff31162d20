#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/contender/queue_plan.hpp"

namespace paddock::detail {

/// What Curator's InterProcessMutex names its nodes.
inline constexpr std::string_view mutex_kind = "lock-";

/// The first of all contenders holds; every other watches the nearest before it, so that a departure wakes one
/// (no herd). Contenders are the children with the kind and a sequence number, whoever made them; other children
/// are counted as foreign and never block. Source: "Locks", ZooKeeper Recipes and Solutions.
queue_plan plan_mutex(std::string_view own, const std::vector<std::string>& children);

/// The contenders among `children`, in queue order.
std::vector<std::string> mutex_queue(const std::vector<std::string>& children);

}  // namespace paddock::detail
