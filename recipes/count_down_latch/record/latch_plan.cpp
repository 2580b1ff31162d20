#include "recipes/count_down_latch/record/latch_plan.hpp"

#include <algorithm>
#include <utility>

namespace paddock::detail {
namespace {

using kind = latch_step::kind;

latch_step done(std::int64_t result) { return {kind::done, result, {}}; }

latch_record with_change(latch_record record, const std::string& id) {
    record.changes.push_back(id);
    const auto kept = static_cast<std::ptrdiff_t>(std::min(record.changes.size(), changes_kept));
    record.changes.erase(record.changes.begin(), record.changes.end() - kept);
    return record;
}

// Nothing: the change was not made, and cannot be made late either.
std::optional<latch_step> resolve(const latch_request& asked, const latch_view& seen) {
    const latch_request::moment& before = *asked.doubt;
    if (!seen.record || seen.node != before.node) return latch_step{kind::unknown, 0, {}};
    if (std::ranges::find(seen.record->changes, asked.id) != seen.record->changes.end()) return done(1);
    // Below: an old server's view, on which a write would fail and hide that the first one did not.
    const auto later = static_cast<std::int64_t>(seen.version) - before.version;
    if (later < 0 || later > static_cast<std::int64_t>(changes_kept)) return latch_step{kind::unknown, 0, {}};
    return std::nullopt;
}

// Zero was seen, or passed by: a reset needs it.
bool reached_zero(const latch_request& asked, const latch_view& seen) {
    if (seen.record->count == 0) return true;
    return asked.since && asked.since->node == seen.node && seen.record->round > asked.since->round;
}

latch_step change(const latch_request& asked, const latch_record& now) {
    const bool at_zero = now.count == 0;
    const bool reset = asked.what == latch_verb::try_reset;
    if (at_zero != reset) return done(0);
    latch_record next = with_change(now, asked.id);
    next.count = reset ? asked.value : now.count - 1;
    if (reset) ++next.round;
    return {kind::write, 0, std::move(next)};
}

// Nobody has used the latch yet.
latch_step first_use(const latch_request& asked) {
    if (asked.what == latch_verb::count) return done(asked.declared);
    if (asked.what == latch_verb::try_reset) return done(0);
    latch_record first;
    first.initial = first.count = asked.declared;
    return {kind::create, 0, std::move(first)};
}

latch_step decide(const latch_request& asked, const latch_view& seen) {
    if (seen.missing) return first_use(asked);
    if (!seen.record || seen.record->initial != asked.declared) return {kind::conflict, 0, {}};
    switch (asked.what) {
        case latch_verb::count: return done(seen.record->count);
        case latch_verb::wait: return reached_zero(asked, seen) ? done(0) : latch_step{kind::wait, 0, {}};
        default: return change(asked, *seen.record);
    }
}

}  // namespace

latch_step plan_latch(const latch_request& asked, const latch_view& seen) {
    std::optional<latch_step> step;
    if (asked.doubt) step = resolve(asked, seen);
    if (step && step->what == kind::done) return *step;  // the id in the record is the truth, however old
    if (!step) step = decide(asked, seen);
    if (step->what != kind::write && !seen.fresh) return {kind::look, 0, {}};
    return *std::move(step);
}

}  // namespace paddock::detail
