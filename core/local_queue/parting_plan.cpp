#include "core/local_queue/parting_plan.hpp"

namespace paddock::detail {

parting plan_parting(const parting_view& seen, const sharing_options& sharing) {
    if (!seen.held) return parting::give_back;
    if (seen.waiting > 0)
        return seen.turns < sharing.turns && seen.since < sharing.time ? parting::pass_on
                                                                       : parting::give_back;
    return sharing.linger > sharing.linger.zero() && !seen.wanted ? parting::linger : parting::give_back;
}

}  // namespace paddock::detail
