#include "recipes/mutex/mutex_plan.hpp"

#include "core/contender/fifo_plan.hpp"

namespace paddock::detail {

queue_plan plan_mutex(std::string_view own, const std::vector<std::string>& children) {
    return plan_fifo(mutex_kind, own, children);
}

std::vector<std::string> mutex_queue(const std::vector<std::string>& children) {
    return fifo_queue(mutex_kind, children);
}

}  // namespace paddock::detail
