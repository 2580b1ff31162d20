// What must hold of leaders, their terms and those who watch them.
#include <algorithm>
#include <utility>

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
        if (std::ranges::find(directories_, change.path) == directories_.end()) continue;
        if (change.what == tree_change::kind::changed) expect_right_record(change.after.data);
        if (change.what == tree_change::kind::removed) on_.reach(hazard::f12);
    }
    if (!history_.apply(agreed)) return;
    for (candidate& one : candidates_) {
        if (!one.told || one.gone_at != detail::boot_time{}) continue;
        if (!history_.alive(one.told->node))
            one.gone_at = on_.world.now();
        else if (!history_.holds(one.told->node))
            throw violation("I1", one.told->node + " leads, and is not the first any more");
    }
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
    if (now) return expect_right_term(who, *now);
    if (who.by->session_id() != who.session) on_.reach(hazard::c8);
    who.ended = std::exchange(who.told, std::nullopt)->ended;
}

void leader_workload::expect_right_term(candidate& who, const leader_term& term) {
    ++grants_;
    const bool lost = !who.latch->leads();
    if (lost) on_.reach(hazard::f15);
    if (who.last != fencing_token()) on_.reach(hazard::f14);
    if (!history_.ever_held({term.node})) throw violation("I2", term.node + " was never first");
    require(term.token.value() == history_.created(term.node), "I3", "a token is not the node's czxid");
    require(term.token > who.last, "I3", "a latch's token is not above that of its last term");
    who.last = term.token;
    who.told = term;
    who.ended = term.ended;
    who.session = who.by->session_id();
    who.untold_since = {};
    who.gone_at = history_.alive(term.node) ? detail::boot_time{} : on_.world.now();
    if (who.gone_at != detail::boot_time{}) return;  // lost on the way to the handler: it orders nothing
    if (!history_.holds(term.node)) throw violation("I1", term.node + " leads out of turn");
    fencing_token& last = last_token_[who.path];
    require(term.token > last, "I3", "a token is not above the last one");
    last = term.token;
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
        expect_modest_claims(one);
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

// Its node is gone: a suspect term may outlive that by a timeout without contact, which counts from when a follower that
// is cut off has ceased to answer.
void leader_workload::expect_modest_claims(candidate& who) const {
    if (!who.told || who.gone_at == detail::boot_time{} || on_.wrong_clocks.contains(who.by)) return;
    if (!who.latch->leads()) return;
    const auto longest = who.by->core->options().session.parameters.timeout + calm;
    if (on_.world.now() - who.gone_at <= longest + clock_slack) return;
    throw violation("I6", who.told->node + " is believed to lead, but gone");
}

// A latch that nobody has stopped is in the queue, at rest (hazard F11).
bool leader_workload::lasts(const candidate& who) const { return who.wanted && !who.by->closing; }

std::string leader_workload::unsettled() {
    for (const core_client* const one : on_.actors())
        if (one->state() != session_state::connected) return "a client is not connected";
    for (const std::string& path : directories_) {
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
    std::size_t nodes = 0;
    for (const std::string& name : on_.ensemble.children(path)) nodes += name.starts_with("_c_") ? 1 : 0;
    std::size_t expected = 0;
    std::size_t leading = 0;
    for (const candidate& one : candidates_) {
        if (one.path != path || !one.latch || one.by->process.killed()) continue;
        const auto state = one.latch->state();
        const bool barred = on_.full_counters && state == candidate_state::failing;
        if (lasts(one) && state == candidate_state::idle) return "a latch has dropped out";
        if (!lasts(one) && state != candidate_state::idle) return "a latch has not stopped yet";
        expected += lasts(one) && !barred ? 1 : 0;
        leading += one.latch->leads() ? 1 : 0;
    }
    if (nodes != expected && !on_.full_counters)
        return std::to_string(expected) + " latches compete, but there are " + std::to_string(nodes) +
               " nodes";
    if (leading != (nodes > 0 ? 1 : 0)) return std::to_string(leading) + " latches lead in " + path;
    return {};
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
