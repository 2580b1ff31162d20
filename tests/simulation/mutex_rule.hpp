#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace paddock::testing {

/// Who holds a mutex of these contenders, oldest node first: the oldest. It is the rule that the plan stands for, not the
/// plan, which knows nothing but names.
inline std::vector<std::string> oldest_contender(const std::vector<std::string>& children) {
    const auto first =
        std::ranges::find_if(children, [](const std::string& name) { return name.starts_with("_c_"); });
    return first == children.end() ? std::vector<std::string>() : std::vector<std::string>{*first};
}

}  // namespace paddock::testing
