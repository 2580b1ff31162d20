#include "recipes/semaphore/permits/semaphore_plan.hpp"

#include <algorithm>
#include <charconv>

#include "core/sequence_name.hpp"

namespace paddock::detail {
namespace {

constexpr std::string_view permit_word = "permit-";

// What is ahead of a contender: how many, how many permits they want, and the nearest of them.
struct crowd {
    std::uint64_t permits = 0;
    std::size_t contenders = 0;
    std::size_t foreign = 0;
    bool own_seen = false;
    const std::string* nearest = nullptr;
    permit_request nearest_wants;
};

crowd ahead_of(const permit_request& own, const queue_view& seen) {
    crowd ahead;
    for (const std::string& name : seen.children) {
        ahead.own_seen = ahead.own_seen || name == seen.own;
        const auto wants = permit_request_of(name);
        if (!wants) {
            ++ahead.foreign;
            continue;
        }
        if (!comes_before(wants->sequence, own.sequence)) continue;
        ++ahead.contenders;
        ahead.permits += wants->permits;
        if (ahead.nearest && comes_before(wants->sequence, ahead.nearest_wants.sequence)) continue;
        ahead.nearest = &name;
        ahead.nearest_wants = *wants;
    }
    return ahead;
}

}  // namespace

std::string permit_kind(std::uint32_t permits) {
    return std::string(permit_word) + std::to_string(permits) + "-";
}

std::optional<permit_request> permit_request_of(std::string_view name) {
    const auto at = name.rfind(permit_word);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view rest = name.substr(at + permit_word.size());
    permit_request found;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), found.permits);
    const bool in_range = failure == std::errc() && found.permits > 0 && found.permits <= permits_max;
    if (!in_range || rest.front() == '0') return std::nullopt;
    const auto sequence = sequence_of(name, permit_kind(found.permits));
    if (!sequence) return std::nullopt;
    found.sequence = *sequence;
    return found;
}

// In queue order, those of whom a limit up to the record's peak could have let in with all before them, but not the limit
// now in force. No other can hold beyond its turn: who is before it now was before it at its grant.
std::vector<std::string> beyond_the_limit(const std::vector<queue_entry>& queue,
                                          const semaphore_record& record) {
    std::vector<std::string> names;
    std::uint64_t taken = 0;
    for (const queue_entry& entry : queue) {
        taken += entry.permits;
        if (taken > record.peak) break;
        if (taken > record.limit) names.push_back(entry.name);
    }
    return names;
}

queue_plan plan_semaphore(std::uint32_t declared, const queue_view& seen) {
    queue_plan plan;
    const auto own = permit_request_of(seen.own);
    if (!own) return plan;
    const crowd ahead = ahead_of(*own, seen);
    plan.ahead = ahead.contenders;
    plan.foreign = ahead.foreign;
    if (!ahead.own_seen) return plan;  // absent: the default
    const auto record = read_semaphore_record(seen.record);
    if (seen.record.empty()) {
        plan.what = verdict::declare;
        plan.record = write_semaphore_record({declared, declared});
    } else if (!record || (record->declared != declared && record->limit != declared)) {
        plan.what = verdict::refused;
        plan.why = errc::conflict;
    } else if (exhausted(own->sequence)) {
        plan.what = verdict::exhausted;
    } else if (ahead.permits + own->permits <= record->limit) {
        plan.what = verdict::hold;
        // All of them are behind this one, which is within the limit.
        if (record->peak > record->limit)
            plan.doubtful = beyond_the_limit(semaphore_queue(seen.children, *record), *record);
    } else if (!ahead.nearest) {  // alone, and too big for a limit that was lowered
        plan.what = verdict::wait;
        plan.watch = watch_scope::directory;
    } else {
        plan.what = verdict::wait;
        plan.predecessor = *ahead.nearest;
        if (ahead.permits <= record->limit) plan.watch = watch_scope::directory;
    }
    return plan;
}

std::vector<queue_entry> semaphore_queue(const std::vector<std::string>& children,
                                         const semaphore_record& record) {
    std::vector<queue_entry> queue;
    for (const std::string& name : children) {
        const auto wants = permit_request_of(name);
        if (!wants) continue;
        queue_entry& entry = queue.emplace_back();
        entry.name = name;
        entry.kind = "permit";
        entry.sequence = wants->sequence;
        entry.permits = wants->permits;
    }
    std::ranges::sort(queue, comes_before, &queue_entry::sequence);
    std::uint64_t taken = 0;
    for (queue_entry& entry : queue) {
        taken += entry.permits;
        entry.holds = taken <= record.limit;
    }
    return queue;
}

}  // namespace paddock::detail
