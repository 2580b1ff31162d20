#include "core/contender/fifo_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/sequence_name.hpp"

namespace paddock::detail {

queue_plan plan_fifo(std::string_view kind, std::string_view own, const std::vector<std::string>& children) {
    queue_plan plan;
    const auto own_sequence = sequence_of(own, kind);
    bool own_seen = false;
    const std::string* nearest = nullptr;
    std::int32_t nearest_sequence = 0;
    for (const std::string& name : children) {
        own_seen = own_seen || name == own;
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
    if (*own_sequence < 0 || *own_sequence >= sequence_high_water) {
        plan.what = verdict::exhausted;
    } else if (nearest) {
        plan.what = verdict::wait;
        plan.predecessor = *nearest;
    } else {
        plan.what = verdict::hold;
    }
    return plan;
}

std::vector<std::string> fifo_queue(std::string_view kind, const std::vector<std::string>& children) {
    std::vector<std::pair<std::int32_t, std::string>> queue;
    for (const std::string& name : children) {
        if (const auto sequence = sequence_of(name, kind)) queue.emplace_back(*sequence, name);
    }
    std::ranges::sort(queue, [](const auto& a, const auto& b) { return comes_before(a.first, b.first); });
    std::vector<std::string> names;
    for (auto& [sequence, name] : queue) names.push_back(std::move(name));
    return names;
}

}  // namespace paddock::detail
