#include "recipes/mutex/mutex_plan.hpp"

#include "core/contender/fifo_plan.hpp"

namespace paddock::detail {

queue_plan plan_mutex(const queue_view& seen) { return plan_fifo(mutex_kind, seen); }

std::vector<queue_entry> mutex_queue(const std::vector<std::string>& children, std::string_view) {
    return fifo_queue(mutex_kind, "lock", children);
}

}  // namespace paddock::detail
