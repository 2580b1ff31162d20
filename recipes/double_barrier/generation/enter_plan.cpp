#include "recipes/double_barrier/generation/enter_plan.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/contender/fifo_plan.hpp"
#include "core/limits.hpp"
#include "core/sequence_name.hpp"

namespace paddock::detail {
namespace {

using state = generation_record::state;

// "_c_<uuid>-member-0000000000", and what a check and a name in the record need besides.
constexpr std::size_t name_length = 3 + 36 + 1 + member_kind.size() + 11;
constexpr std::size_t check_overhead = 32;
constexpr std::size_t name_overhead = 3;
constexpr std::size_t record_overhead = 4096;  // the other fields, with the broken generations

// Entrants behind the last member, in the order of their numbers. Whose number is near the counter's end leaves by itself.
std::vector<std::string> eligible(const std::vector<std::string>& children,
                                  const std::optional<std::int32_t>& last) {
    std::vector<std::string> names;
    for (queue_entry& entry : fifo_queue(member_kind, "member", children)) {
        if (!exhausted(entry.sequence) && (!last || comes_before(*last, entry.sequence)))
            names.push_back(std::move(entry.name));
    }
    return names;
}

queue_plan refused(errc why) {
    queue_plan plan;
    plan.what = verdict::refused;
    plan.why = why;
    return plan;
}

queue_plan propose(generation_record record, std::vector<std::string> members) {
    ++record.generation;
    record.now = state::ready;
    record.size = members.size();
    record.members = members;
    queue_plan plan;
    plan.what = verdict::declare;
    plan.record = write_generation(record);
    plan.needs = std::move(members);
    return plan;
}

}  // namespace

std::size_t members_max(std::size_t directory_length) {
    const std::size_t fixed = record_overhead + directory_length;
    const std::size_t each =
        directory_length + 1 + name_length + check_overhead + name_length + name_overhead;
    return fixed + each > request_bytes_max ? 0 : (request_bytes_max - fixed) / each;
}

queue_plan plan_enter(std::size_t size, const queue_view& seen) {
    queue_plan plan;
    const auto own = sequence_of(seen.own, member_kind);
    const bool there = std::ranges::find(seen.children, seen.own) != seen.children.end();
    if (!own || !there) return plan;  // absent: the default
    plan.what = verdict::exhausted;
    if (exhausted(*own)) return plan;
    const auto record = read_generation(seen.record);
    if (!record || (record->size != 0 && record->size != size)) return refused(errc::conflict);
    const bool ready = record->now == state::ready;
    plan.what = verdict::hold;
    if (std::ranges::find(record->members, seen.own) != record->members.end())
        return ready ? plan : refused(errc::broken_barrier);
    std::optional<std::int32_t> last;
    if (!record->members.empty()) last = sequence_of(record->members.back(), member_kind);
    if (last && !comes_before(*last, *own)) return refused(errc::broken_barrier);
    std::vector<std::string> entrants = eligible(seen.children, last);
    plan.what = verdict::wait;
    plan.watch = watch_scope::record;
    if (ready || entrants.size() < size) return plan;
    entrants.resize(size);
    return propose(*record, std::move(entrants));
}

}  // namespace paddock::detail
