#include "recipes/read_write_lock/queue/read_write_plan.hpp"

#include <algorithm>

#include "core/contender/fifo_plan.hpp"
#include "core/sequence_name.hpp"

namespace paddock::detail {
namespace {

struct place {
    bool writes = false;
    std::int32_t sequence = 0;
};

std::optional<place> place_of(std::string_view name) {
    if (const auto sequence = sequence_of(name, write_kind)) return place{true, *sequence};
    if (const auto sequence = sequence_of(name, read_kind)) return place{false, *sequence};
    return std::nullopt;
}

// A reader waits for writers, a writer for all.
queue_plan plan_for(bool writer, const queue_view& seen) {
    queue_plan plan = plan_nearest(seen, [writer](std::string_view name) {
        const auto found = place_of(name);
        return found ? std::optional(queue_rank{found->sequence, writer || found->writes}) : std::nullopt;
    });
    plan.lone = plan.lone && !writer;  // a reader may come in the place of the writer before
    return plan;
}

}  // namespace

queue_plan plan_read(const queue_view& seen) { return plan_for(false, seen); }
queue_plan plan_write(const queue_view& seen) { return plan_for(true, seen); }

std::vector<queue_entry> read_write_queue(const std::vector<std::string>& children, std::string_view) {
    std::vector<queue_entry> queue;
    for (const std::string& name : children) {
        const auto found = place_of(name);
        if (!found) continue;
        queue_entry& entry = queue.emplace_back();
        entry.name = name;
        entry.kind = found->writes ? "write" : "read";
        entry.sequence = found->sequence;
    }
    std::ranges::sort(queue, [](const queue_entry& a, const queue_entry& b) {
        if (a.sequence != b.sequence) return comes_before(a.sequence, b.sequence);
        return a.kind == "write" && b.kind != a.kind;  // Curator's own downgraded reader beside its writer
    });
    const bool written = !queue.empty() && queue.front().kind == "write";
    for (queue_entry& entry : queue) {
        const bool first_place = entry.sequence == queue.front().sequence;
        if (written ? !first_place : entry.kind == "write") break;
        entry.holds = true;
    }
    return queue;
}

std::optional<std::string> downgraded_name(std::string_view writer, std::string_view uuid) {
    if (!sequence_of(writer, write_kind)) return std::nullopt;
    const std::string_view number = writer.substr(writer.rfind(write_kind) + write_kind.size());
    return protected_prefix(uuid).append(read_kind).append(number);
}

}  // namespace paddock::detail
