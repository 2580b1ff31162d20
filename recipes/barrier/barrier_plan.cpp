#include "recipes/barrier/barrier_plan.hpp"

#include "core/retry.hpp"

namespace paddock::detail {

barrier_step plan_barrier(barrier_verb what, const reply& answer) {
    if (worth_retrying(answer)) return barrier_step::again;
    if (what == barrier_verb::set) {
        const bool there = !answer.ec || is_code(answer.ec, server_errc::node_exists);
        return there ? barrier_step::closed : barrier_step::refuse;
    }
    if (is_code(answer.ec, server_errc::no_node)) return barrier_step::open;
    if (answer.ec) return barrier_step::refuse;
    switch (what) {
        case barrier_verb::remove: return barrier_step::open;
        case barrier_verb::wait: return barrier_step::wait;
        default: return barrier_step::closed;
    }
}

}  // namespace paddock::detail
