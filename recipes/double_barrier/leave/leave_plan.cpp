#include "recipes/double_barrier/leave/leave_plan.hpp"

#include <algorithm>

namespace paddock::detail {
namespace {

using state = generation_record::state;

}  // namespace

generation_fate plan_leave(const generation_record& seen, std::int64_t generation, bool marked) {
    if (seen.generation == generation) {
        if (seen.now == state::ready) return generation_fate::in;
        return seen.now == state::idle && marked ? generation_fate::left : generation_fate::broken;
    }
    if (!marked || seen.generation < generation) return generation_fate::broken;
    const bool listed = std::ranges::find(seen.broken, generation) != seen.broken.end();
    const bool forgotten = seen.broken.size() == broken_kept && generation < seen.broken.front();
    return listed || forgotten ? generation_fate::broken : generation_fate::left;
}

leave_step plan_members(const std::vector<member_state>& members) {
    if (std::ranges::find(members, member_state::gone) != members.end()) return leave_step::break_off;
    const bool all = std::ranges::find(members, member_state::staying) == members.end();
    return all ? leave_step::finish : leave_step::wait;
}

generation_record after_leaving(generation_record record) {
    record.now = state::idle;
    return record;
}

generation_record after_break(generation_record record) {
    record.now = state::broken;
    record.broken.push_back(record.generation);
    if (record.broken.size() > broken_kept) record.broken.erase(record.broken.begin());
    return record;
}

}  // namespace paddock::detail
