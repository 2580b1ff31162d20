#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/contender/queue_plan.hpp"

namespace paddock::detail {

/// What a child's name says of it as a contender.
struct queue_rank {
    std::int32_t sequence = 0;
    bool blocks = true;  ///< who comes behind it waits for it
};
/// Nothing for a child that is no contender of this recipe: such are counted as foreign and never block.
using rank_function = std::function<std::optional<queue_rank>(std::string_view name)>;

/// Holds when nobody before it blocks; else it watches the nearest that does, so that a departure wakes few (no herd).
/// Only earlier numbers count (hazard B16).
queue_plan plan_nearest(const queue_view& seen, const rank_function& rank_of);

/// The plan of every exclusive recipe: the first of all contenders of this kind holds; every other watches the nearest
/// before it, so that a departure wakes one (no herd). Contenders are the children with the kind and a sequence number,
/// whoever made them; other children are counted as foreign and never block. Source: "Locks", ZooKeeper Recipes and
/// Solutions.
queue_plan plan_fifo(std::string_view kind, const queue_view& seen);

/// The contenders of this kind among `children`, in queue order; to users their kind is `shown`.
std::vector<queue_entry> fifo_queue(std::string_view kind, std::string_view shown,
                                    const std::vector<std::string>& children);

}  // namespace paddock::detail
