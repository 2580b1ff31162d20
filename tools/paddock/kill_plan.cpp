#include "tools/paddock/kill_plan.hpp"

#include <algorithm>

namespace paddock::tool {

using std::chrono::milliseconds;

kill_plan plan_kill(const guard_view& view, const kill_limits& limits) {
    const milliseconds left = view.remaining - limits.margin;
    if (view.state == lease_state::lost || left <= milliseconds::zero()) return {kill_step::kill, {}};
    if (view.since_term) {
        const milliseconds grace = limits.kill_after - *view.since_term;
        if (grace <= milliseconds::zero()) return {kill_step::kill, {}};
        return {kill_step::wait, std::min(grace, left)};
    }
    if (left <= limits.kill_after) return {kill_step::terminate, left};
    return {kill_step::wait, left - limits.kill_after};
}

kill_limits limits_for(milliseconds kill_after, milliseconds session_timeout) {
    const milliseconds longest = std::max(session_timeout / 3 - milliseconds(1), milliseconds(1));
    return {std::min(kill_after, longest),
            std::clamp(session_timeout / 50, milliseconds(5), milliseconds(100))};
}

}  // namespace paddock::tool
