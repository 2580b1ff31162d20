// What must hold of leaders, their terms and those who watch them.
#include <algorithm>

#include "core/path.hpp"
#include "recipes/leader/layout/leader_record.hpp"
#include "tests/simulation/allowances.hpp"
#include "tests/simulation/leader_workload.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

void leader_workload::see(const txn& agreed) {
    for (const tree_change& change : agreed.changes) {
        if (change.what == tree_change::kind::created) nodes_[agreed.zxid] = change.path;
        if (std::ranges::find(directories(), change.path) == directories().end()) continue;
        if (change.what == tree_change::kind::changed) expect_right_record(change.after.data);
        if (change.what == tree_change::kind::removed) on_.reach(hazard::f12);
    }
    if (!history_.apply(agreed)) return;
    for (candidate& one : candidates_)
        if (one.told) (void)loses_its_node(one);
}

// Who leads is the only one to say so.
void leader_workload::expect_right_record(const std::string& data) const {
    const auto record = detail::read_leader_record(data);
    require(record.has_value(), "I3", "the leader's record cannot be read");
    const auto writer = nodes_.find(record->term.value());
    require(writer != nodes_.end() && history_.holds(writer->second), "I3",
            "a value is written by another than the leader");
}

// Each change is told once, in order, and never after a close has completed.
void leader_workload::note_change(candidate& who, const std::optional<leader_term>& now) {
    if (over_) return;
    require(!who.closed, "I12", "a change is told after the close");
    require(now.has_value() != who.told.has_value(), "I12", "changes of leadership do not alternate");
    if (now) {
        if (!who.latch->leads()) on_.reach(hazard::f15);
        begin_term(who, *now);
        who.untold_since = {};
    } else if (who.by->session_id() != who.session) {
        on_.reach(hazard::c8);
    }
    who.ended = now ? now->ended : who.told->ended;
    who.told = now;
}

void leader_workload::note_view(spectator& who, const std::optional<leadership>& now) {
    if (over_) return;
    require(!who.told_once || who.told != now, "I12", "an observer is told the same twice");
    // Told in order: leaders never come again.
    if (now && who.told)
        require(now->token >= who.told->token, "I3", "an observer is told of an earlier term");
    if (now) {
        const std::string node = detail::join_path(who.path, now->node);
        // Servers without numbers give several nodes the same one, and none of them leads.
        require(history_.ever_held({node}) || on_.full_counters, "I2",
                "an observer is told of one that never led");
        if (!history_.alive(node)) on_.reach(hazard::f13);
    }
    who.told_once = true;
    who.told = now;
}

void leader_workload::inspect() {
    for (candidate& one : candidates_) {
        if (!one.latch || one.closing) continue;
        if (!on_.can_act(*one.by)) {  // it says nothing while it stands still
            if (one.gone_at != detail::boot_time{}) one.gone_at = on_.world.now();
            one.untold_since = {};
            continue;
        }
        expect_told(one);
        if (one.told && is_long_gone(one) && one.latch->leads())
            throw violation("I6", one.node + " is believed to lead, but gone");
        if (one.latch->state() == candidate_state::failing) on_.reach(hazard::f11);
    }
}

void leader_workload::expect_told(candidate& who) {
    const auto term = who.latch->term();
    const bool ended = who.told.has_value() || who.last == fencing_token() || who.ended.stop_requested();
    const bool agrees =
        ended && term.has_value() == who.told.has_value() && (!term || term->token == who.told->token);
    if (agrees)
        who.untold_since = {};
    else if (who.untold_since == detail::boot_time{})
        who.untold_since = on_.world.now();
    else if (on_.world.now() - who.untold_since > signal_slack)
        throw violation("I6",
                        std::string("a latch is not told that it ") + (term ? "leads" : "leads no more"));
}

std::string leader_workload::unsettled() {
    for (const core_client* const one : on_.actors())
        if (one->state() != session_state::connected) return "a client is not connected";
    for (const std::string& path : directories()) {
        std::string missing = unsettled_latches(path);
        if (missing.empty()) missing = unsettled_spectators(path);
        if (!missing.empty()) settled_since_.erase(path);
        if (!missing.empty()) return missing;
        const auto since = settled_since_.try_emplace(path, on_.world.now()).first->second;
        if (on_.world.now() - since < calm) return "the calm is short yet";
    }
    return {};
}

std::string leader_workload::unsettled_latches(const std::string& path) const {
    tally all;
    for (const candidate& one : candidates_) {
        if (one.path != path || !one.latch || one.by->process.killed()) continue;
        std::string wrong = unsettled_candidate(one, one.latch->state(), one.latch->leads(), all);
        if (!wrong.empty()) return wrong;
    }
    return unsettled_queue(path, all);
}

std::optional<leadership> leader_workload::truth(const std::string& path) const {
    std::optional<leadership> now;
    for (const std::string& name : on_.ensemble.children(path)) {
        const std::string node = detail::join_path(path, name);
        if (!history_.holds(node)) continue;
        now.emplace();
        now->node = name;
        now->id = on_.ensemble.data(node);
        now->token = fencing_token(history_.created(node));
        now->value = detail::value_in_term(on_.ensemble.data(path), now->token);
    }
    return now;
}

std::string leader_workload::unsettled_spectators(const std::string& path) const {
    if (on_.full_counters) return {};
    const auto now = truth(path);
    for (const spectator& one : spectators_) {
        if (one.path != path || one.by->closing || one.by->process.killed()) continue;
        if (!one.told_once || one.told != now) return "an observer has not seen who leads";
    }
    return {};
}

}  // namespace paddock::testing
