#include "core/contender/fifo_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/sequence_name.hpp"

namespace paddock::detail {

queue_plan plan_fifo(std::string_view kind, const queue_view& seen) {
    queue_plan plan;
    const auto own_sequence = sequence_of(seen.own, kind);
    bool own_seen = false;
    const std::string* nearest = nullptr;
    std::int32_t nearest_sequence = 0;
    for (const std::string& name : seen.children) {
        own_seen = own_seen || name == seen.own;
        const auto sequence = sequence_of(name, kind);
        if (!sequence) {
            ++plan.foreign;
        } else if (own_sequence && comes_before(*sequence, *own_sequence)) {
            ++plan.ahead;
            if (!nearest || comes_before(nearest_sequence, *sequence)) {
                nearest = &name;
                nearest_sequence = *sequence;
            }
        }
    }
    if (!own_seen || !own_sequence) return plan;  // absent: the default
    if (exhausted(*own_sequence)) {
        plan.what = verdict::exhausted;
    } else if (nearest) {
        plan.what = verdict::wait;
        plan.predecessor = *nearest;
    } else {
        plan.what = verdict::hold;
    }
    return plan;
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
