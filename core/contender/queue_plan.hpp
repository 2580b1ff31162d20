#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace paddock::detail {

enum class verdict {
    hold,       ///< it is this contender's turn
    wait,       ///< watch `predecessor`, then decide again
    absent,     ///< the own node is not there: never "first" (hazard B12)
    exhausted,  ///< the sequence counter is too near its end to be trusted (hazard A14)
};

/// What a contender does next, decided from one listing of its directory.
struct queue_plan {
    verdict what = verdict::absent;
    std::string predecessor;  ///< name of the node to watch, when waiting
    std::size_t ahead = 0;    ///< contenders before this one
    std::size_t foreign = 0;  ///< children that are no contenders of this recipe
    friend bool operator==(const queue_plan&, const queue_plan&) = default;
};

/// A recipe's decision: (own node's name, all children in any order) -> plan. Pure.
using plan_function =
    std::function<queue_plan(std::string_view own, const std::vector<std::string>& children)>;

}  // namespace paddock::detail
