#pragma once

#include <string>
#include <vector>

#include "recipes/mutex/mutex_plan.hpp"

namespace paddock::testing {

/// Who holds a mutex of these contenders: the first.
inline std::vector<std::string> mutex_holders(const std::vector<std::string>& children) {
    auto queue = detail::mutex_queue(children);
    if (queue.size() > 1) queue.resize(1);
    return queue;
}

}  // namespace paddock::testing
