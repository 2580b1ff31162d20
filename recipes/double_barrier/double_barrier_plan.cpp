#include "recipes/double_barrier/double_barrier_plan.hpp"

#include <algorithm>
#include <utility>

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

using entrant = std::pair<std::int32_t, std::string>;

// Whose number is near the counter's end leaves by itself.
bool exhausted(std::int32_t sequence) { return sequence < 0 || sequence >= sequence_high_water; }

// Entrants behind the last member, in the order of their numbers.
std::vector<entrant> eligible(const std::vector<std::string>& children,
                              const std::optional<std::int32_t>& last) {
    std::vector<entrant> all;
    for (const std::string& name : children) {
        const auto sequence = sequence_of(name, member_kind);
        if (sequence && !exhausted(*sequence) && (!last || comes_before(*last, *sequence)))
            all.emplace_back(*sequence, name);
    }
    std::ranges::sort(all, comes_before, &entrant::first);
    return all;
}

bool is_member(const generation_record& record, std::string_view name) {
    return std::ranges::find(record.members, name) != record.members.end();
}

generation_record propose(const generation_record& before, const std::vector<entrant>& entrants,
                          std::size_t size) {
    generation_record next;
    next.generation = before.generation + 1;
    next.now = state::ready;
    next.size = size;
    next.broken = before.broken;
    for (std::size_t i = 0; i < size; ++i) next.members.push_back(entrants[i].second);
    return next;
}

}  // namespace

std::size_t members_max(std::size_t directory_length) {
    const std::size_t fixed = record_overhead + directory_length;
    const std::size_t each =
        directory_length + 1 + name_length + check_overhead + name_length + name_overhead;
    return fixed + each > request_bytes_max ? 0 : (request_bytes_max - fixed) / each;
}

enter_step plan_enter(const enter_view& seen) {
    using kind = enter_step::kind;
    const auto own = sequence_of(seen.own, member_kind);
    if (!own || std::ranges::find(seen.children, seen.own) == seen.children.end()) return {kind::absent, {}};
    if (exhausted(*own)) return {kind::exhausted, {}};
    if (!seen.record) return {kind::conflict, {}};
    const generation_record& record = *seen.record;
    if (record.size != 0 && record.size != seen.size) return {kind::conflict, {}};
    if (is_member(record, seen.own)) {
        const bool in = record.now == state::ready;
        return {in ? kind::pass : kind::broken, {}};
    }
    std::optional<std::int32_t> last;
    if (!record.members.empty()) last = sequence_of(record.members.back(), member_kind);
    if (last && !comes_before(*last, *own)) return {kind::broken, {}};
    if (record.now == state::ready) return {kind::wait, {}};
    const std::vector<entrant> entrants = eligible(seen.children, last);
    if (entrants.size() < seen.size) return {kind::wait, {}};
    return {kind::propose, propose(record, entrants, seen.size)};
}

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
