#include "recipes/curator_semaphore/curator_lease_plan.hpp"

#include <algorithm>

namespace paddock::detail {

queue_plan plan_curator_lease(std::uint32_t limit, const queue_view& seen) {
    queue_plan plan;
    if (std::ranges::find(seen.children, seen.own) == seen.children.end())
        return plan;  // absent: the default
    plan.ahead = seen.children.size() - 1;
    plan.what = seen.children.size() <= limit ? verdict::hold : verdict::wait;
    plan.watch = watch_scope::directory;
    return plan;
}

}  // namespace paddock::detail
