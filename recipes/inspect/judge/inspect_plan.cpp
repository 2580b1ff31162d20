#include "recipes/inspect/judge/inspect_plan.hpp"

#include <algorithm>
#include <utility>

#include "core/contender/fifo_plan.hpp"
#include "recipes/count_down_latch/record/latch_plan.hpp"
#include "recipes/double_barrier/generation/enter_plan.hpp"
#include "recipes/leader/layout/leader_plan.hpp"
#include "recipes/leader/layout/leader_record.hpp"
#include "recipes/mutex/mutex_plan.hpp"
#include "recipes/read_write_lock/queue/read_write_plan.hpp"
#include "recipes/semaphore/permits/semaphore_plan.hpp"
#include "recipes/semaphore/permits/semaphore_record.hpp"

namespace paddock::detail {
namespace {

constexpr std::string_view curator_lease_kind = "lease-";

std::vector<queue_entry> members_of(const generation_record& record,
                                    const std::vector<std::string>& children) {
    std::vector<queue_entry> queue = fifo_queue(member_kind, "member", children);
    const bool in = record.now == generation_record::state::ready;
    for (queue_entry& entry : queue) entry.holds = in && std::ranges::count(record.members, entry.name) > 0;
    return queue;
}

// Told by the data alone.
bool judge_record(const directory_view& seen, directory_finding& found) {
    if (seen.data.empty()) return false;
    directory_report& report = found.report;
    if (const auto latch = read_latch(seen.data)) {
        report.kind = recipe_kind::count_down_latch;
        report.limit = latch->initial;
        report.count = latch->count;
        return true;
    }
    if (const auto barrier = read_generation(seen.data)) {
        report.kind = recipe_kind::double_barrier;
        report.limit = static_cast<std::int64_t>(barrier->size);
        report.generation = barrier->generation;
        report.state = name_of(barrier->now);
        found.entries = members_of(*barrier, seen.children);
        return true;
    }
    if (const auto semaphore = read_semaphore_record(seen.data)) {
        report.kind = recipe_kind::semaphore;
        report.limit = semaphore->limit;
        found.entries = semaphore_queue(seen.children, *semaphore);
        return true;
    }
    if (read_leader_record(seen.data)) {
        report.kind = recipe_kind::leader_latch;
        found.entries = fifo_queue(latch_kind, "latch", seen.children);
        return true;
    }
    return false;
}

// Told by the names of the children.
bool judge_children(const directory_view& seen, directory_finding& found) {
    std::pair<recipe_kind, std::vector<queue_entry>> queues[] = {
        {recipe_kind::mutex, mutex_queue(seen.children, seen.data)},
        {recipe_kind::read_write_lock, read_write_queue(seen.children, seen.data)},
        {recipe_kind::leader_latch, fifo_queue(latch_kind, "latch", seen.children)},
        {recipe_kind::semaphore, semaphore_queue(seen.children, semaphore_record())},
        {recipe_kind::double_barrier, fifo_queue(member_kind, "member", seen.children)},
    };
    auto& most = *std::ranges::max_element(
        queues, {}, [](const auto& queue) { return queue.second.size(); });  // the first of equals
    if (most.second.empty()) return false;
    found.report.kind = most.first;
    found.entries = std::move(most.second);
    if (most.first == recipe_kind::double_barrier)
        for (queue_entry& entry : found.entries) entry.holds = false;  // no record: no generation yet
    return true;
}

bool has(const std::vector<std::string>& children, std::string_view name) {
    return std::ranges::find(children, name) != children.end();
}

}  // namespace

directory_finding judge_directory(const directory_view& seen) {
    directory_finding found;
    found.report.exists = true;
    if (judge_record(seen, found) || judge_children(seen, found)) return found;
    if (has(seen.children, curator_leases)) {
        found.report.kind = recipe_kind::curator_semaphore;  // see judge_curator
    } else if (seen.plain && seen.children.empty() && seen.data.empty()) {
        found.report.kind = recipe_kind::barrier;
        found.report.state = "closed";
    }
    return found;
}

// Servers reap the mutex's directory while nobody acquires; the leases of those who hold stay.
void judge_curator(const std::vector<std::string>& children, const std::vector<std::string>& leases,
                   const std::vector<std::string>& locks, directory_finding& found) {
    found.entries = curator_semaphore_queue(leases, locks);
    if (found.entries.empty() && !has(children, curator_locks)) found.report.kind = recipe_kind::unknown;
}

std::vector<queue_entry> curator_semaphore_queue(const std::vector<std::string>& leases,
                                                 const std::vector<std::string>& locks) {
    std::vector<queue_entry> queue = fifo_queue(curator_lease_kind, "permit", leases);
    for (queue_entry& entry : queue) {
        entry.holds = true;
        entry.name = std::string(curator_leases) + "/" + entry.name;
    }
    for (queue_entry& entry : mutex_queue(locks, {})) {
        entry.holds = false;  // of the mutex perhaps, not of a lease
        entry.name = std::string(curator_locks) + "/" + entry.name;
        queue.push_back(std::move(entry));
    }
    return queue;
}

}  // namespace paddock::detail
