#include "core/contender/fifo_plan.hpp"

#include <algorithm>
#include <utility>

#include "core/sequence_name.hpp"

namespace paddock::detail {

queue_plan plan_nearest(const queue_view& seen, const rank_function& rank_of) {
    queue_plan plan;
    const auto own = rank_of(seen.own);
    bool own_seen = false;
    const std::string* nearest = nullptr;
    std::int32_t nearest_sequence = 0;
    std::optional<std::int32_t> last;  // before the own, of those that do not block too
    for (const std::string& name : seen.children) {
        own_seen = own_seen || name == seen.own;
        const auto other = rank_of(name);
        if (!other) {
            ++plan.foreign;
        } else if (own && comes_before(other->sequence, own->sequence)) {
            ++plan.ahead;
            if (!last || comes_before(*last, other->sequence)) last = other->sequence;
            if (!other->blocks || (nearest && comes_before(other->sequence, nearest_sequence))) continue;
            nearest = &name;
            nearest_sequence = other->sequence;
        }
    }
    if (!own_seen || !own) return plan;  // absent: the default
    if (exhausted(own->sequence)) {
        plan.what = verdict::exhausted;
    } else if (nearest) {
        plan.what = verdict::wait;
        plan.predecessor = *nearest;
        plan.adjacent = last == nearest_sequence;
        plan.lone = plan.ahead == 1;
    } else {
        plan.what = verdict::hold;
    }
    return plan;
}

queue_plan plan_fifo(std::string_view kind, const queue_view& seen) {
    return plan_nearest(seen, [kind](std::string_view name) {
        const auto sequence = sequence_of(name, kind);
        return sequence ? std::optional(queue_rank{*sequence}) : std::nullopt;
    });
}

std::vector<queue_entry> fifo_queue(std::string_view kind, std::string_view shown,
                                    const std::vector<std::string>& children) {
    std::vector<queue_entry> queue;
    for (const std::string& name : children) {
        const auto sequence = sequence_of(name, kind);
        if (!sequence) continue;
        queue_entry& entry = queue.emplace_back();
        entry.name = name;
        entry.kind = shown;
        entry.sequence = *sequence;
    }
    std::ranges::sort(queue, comes_before, &queue_entry::sequence);
    if (!queue.empty()) queue.front().holds = true;
    return queue;
}

}  // namespace paddock::detail
