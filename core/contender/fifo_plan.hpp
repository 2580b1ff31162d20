#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/contender/queue_plan.hpp"

namespace paddock::detail {

/// The plan of every exclusive recipe: the first of all contenders of this kind holds; every other watches the nearest
/// before it, so that a departure wakes one (no herd). Contenders are the children with the kind and a sequence number,
/// whoever made them; other children are counted as foreign and never block. Source: "Locks", ZooKeeper Recipes and
/// Solutions.
queue_plan plan_fifo(std::string_view kind, const queue_view& seen);

/// The contenders of this kind among `children`, in queue order; to users their kind is `shown`.
std::vector<queue_entry> fifo_queue(std::string_view kind, std::string_view shown,
                                    const std::vector<std::string>& children);

}  // namespace paddock::detail
