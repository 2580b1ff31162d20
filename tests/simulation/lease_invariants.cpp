// What must always hold of leases, tokens and queues.
#include "tests/simulation/lease_workload.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/allowances.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

void lease_workload::expect_right_end(const job& ended, error_code ec) const {
    const core_client& by = *ended.by;
    if (ended.deadline && !on_.stood_still(by, detail::boot_time{}))
        require(by.process.steady_now() <= *ended.deadline + signal_slack, "I4",
                "an acquire outlived its deadline");
    if (!ec || (by.closing && ec == make_error_code(errc::client_closed))) return;
    if (on_.full_counters && ec == make_error_code(errc::sequence_exhausted)) return;
    if (on_.rights_changed && ec == make_error_code(server_errc::no_auth)) return;
    if (ended.replaces && ec == make_error_code(errc::lease_lost) && plausible_loss(ended)) return;
    if (!ended.may_fail || !ended_by_caller(ec)) throw violation("I4", "an acquire failed: " + ec.message());
}

// What was to be replaced may have been lost before, or was on the way.
bool lease_workload::plausible_loss(const job& ended) const {
    const job& before = *ended.replaces;
    const bool robbed = !alive(before) && !history_.lives_on(before.nodes.front());
    return robbed || ended.by->session_id() != before.session ||
           ended.by->state() != session_state::connected || on_.stood_still(*ended.by, ended.begun) ||
           before.told != lease_state::held || ended.by->core->leases()->policy == loss_policy::strict;
}

void lease_workload::expect_right_grant(const job& granted) {
    const bool dark = on_.outage_since != detail::boot_time{} && on_.world.now() - on_.outage_since > 3s;
    require(!dark || on_.stood_still(*granted.by, on_.outage_since), "I11", "a grant while no server runs");
    require(granted.held.parts().size() == granted.paths.size(), "I3", "a lease has not all parts");
    expect_turn(granted);
}

void lease_workload::expect_turn(const job& granted) {
    if (!history_.ever_held(granted.nodes)) throw violation("I2", granted.nodes.front() + " was never first");
    for (const lease_part& part : granted.held.parts()) expect_right_token(granted, part);
}

void lease_workload::expect_right_token(const job& granted, const lease_part& part) {
    const bool inherited = granted.replaces != nullptr;
    require((history_.placed(part.node) != history_.created(part.node)) == inherited, "I1",
            "a node is not in the place of the one that it replaces");
    require(part.token.value() == history_.placed(part.node), "I3",
            "a token is not that of the node's place");
    if (!alive(granted)) return;  // lost on the way to the handler: it orders nothing
    if (!history_.holds(part.node)) throw violation("I1", part.node + " is held out of turn");
    fencing_token& last = last_token_[part.path];
    require(inherited ? part.token >= last : part.token > last, "I3", "a token is not above the last one");
    if (!granted.reads.contains(part.path)) last = part.token;
}

void lease_workload::see(const txn& agreed) {
    for (const tree_change& change : agreed.changes)
        if (change.what == tree_change::kind::removed && history_.alive(change.path) &&
            !history_.holds(change.path))
            on_.reach(hazard::b1);
    if (!history_.apply(agreed)) return;
    for (const job_ptr& one : holding_) {
        if (one->gone_at != detail::boot_time{}) continue;
        if (!alive(*one)) {
            one->gone_at = on_.world.now();
            // Who is robbed in calm has to notice by itself.
            const bool may_act = one != robbed_ && on_.can_act(*one->by);
            if (may_act) on_.later(*one->by, 1ns, [this, one] { robbed(one); });
            continue;
        }
        for (const std::string& node : one->nodes)
            if (!history_.holds(node)) throw violation("I1", node + " is held, and not the first any more");
    }
}

void lease_workload::inspect() {
    const bool unnoticed = robbed_ && robbed_->held && !robbed_->lost.stop_requested();
    // The leader may step down the moment after (hazard E18): nobody is told of anything then.
    if (unnoticed && robbed_->by->state() != session_state::connected) robbed_at_ = on_.world.now();
    if (unnoticed && on_.world.now() - robbed_at_ > 100ms)
        throw violation("I6", "its holder does not notice that " + robbed_->nodes.front() + " is deleted");
    for (const job_ptr& one : holding_) {
        if (!on_.can_act(*one->by)) {  // it says nothing while it stands still
            if (one->gone_at != detail::boot_time{}) one->gone_at = on_.world.now();
            one->untold_since = {};
            continue;
        }
        const lease_state state = one->held.state();
        if (state == lease_state::held && one->by->state() != session_state::connected)
            throw violation("I7", one->nodes.front() + " is believed to be held without a connection");
        if (state == lease_state::suspect && one->by->core->leases()->policy == loss_policy::strict)
            throw violation("I7", one->nodes.front() + " is suspect, which its policy calls lost");
        expect_told(*one, state);
        expect_loss_by_time(*one, state);
        if (one->gone_at != detail::boot_time{}) expect_modest_claims(*one, state);
    }
}

void lease_workload::expect_told(job& holder, lease_state state) {
    const bool agrees = holder.told == state && holder.lost.stop_requested() == (state == lease_state::lost);
    if (agrees)
        holder.untold_since = {};
    else if (holder.untold_since == detail::boot_time{})
        holder.untold_since = on_.world.now();
    else if (on_.world.now() - holder.untold_since > signal_slack)
        throw violation("I6", "the holder of " + holder.nodes.front() + " is not told of a change: state " +
                                  std::to_string(static_cast<int>(state)) + ", told " +
                                  std::to_string(static_cast<int>(holder.told)) + ", stop requested " +
                                  std::to_string(holder.lost.stop_requested()));
}

// Without a server's answer for the whole timeout of the session the lease is lost, whatever the servers would say.
void lease_workload::expect_loss_by_time(const job& holder, lease_state state) const {
    if (holder.by->session_id() != holder.session) return;
    const auto silent = holder.by->process.now() - on_.ensemble.contact_of(holder.by->number());
    const auto timeout = holder.by->core->options().session.parameters.timeout;
    require(silent <= timeout + signal_slack || state == lease_state::lost, "I6",
            "a lease outlives a timeout without contact");
}

// The node is gone: nobody may count on it any more. Who was robbed of it may still believe so, but not for long.
void lease_workload::expect_modest_claims(job& holder, lease_state state) {
    if (on_.wrong_clocks.contains(holder.by)) return;
    const auto longest =
        excused(holder) ? holder.by->core->options().session.parameters.timeout + 500ms : 0ms;
    if (on_.world.now() - holder.gone_at <= longest + clock_slack) return;
    if (state == lease_state::held || (!excused(holder) && holder.held.remaining() > 0ms))
        throw violation(excused(holder) ? "I6" : "I7",
                        holder.nodes.front() + " is believed to be held, but gone");
}

bool lease_workload::excused(const job& holder) const {
    const auto removed = [this](const std::string& node) {
        return on_.removed_nodes.contains(history_.created(node));
    };
    return on_.ensemble.ended_by_force(holder.session) || std::ranges::any_of(holder.nodes, removed);
}

void lease_workload::expect_bounds(const core_client& who) const {
    const client_stats now = who.stats();
    // Those that were cancelled while their connection stood still go on in the background.
    if (now.watches > 2 * (now.waiters + now.leases + now.obligations + waiting_max))
        throw violation("I8", std::to_string(now.watches) + " watches for " + std::to_string(now.waiters) +
                                  " waiters, " + std::to_string(now.leases) + " leases, " +
                                  std::to_string(now.obligations) + " obligations");
}

// One that is lost has none to keep, whichever of them was taken.
std::size_t lease_workload::nodes_of(const job& holder) const {
    if (holder.held.state() == lease_state::lost) return 0;
    return static_cast<std::size_t>(
        std::ranges::count_if(holder.nodes, [this](const auto& node) { return history_.alive(node); }));
}

std::size_t lease_workload::nodes_wanted() const {
    std::size_t expected = 0;
    for (const job_ptr& one : waiting_) expected += one->by->process.killed() ? 0 : one->paths.size();
    for (const job_ptr& one : holding_) expected += nodes_of(*one);
    return expected;
}

// Whoever waits has its nodes, each is watched by its owner and by those who wait for it.
std::string lease_workload::misplaced() {
    const std::size_t expected = nodes_wanted();
    std::size_t nodes = 0;
    for (const std::string& path : directories_) {
        for (const std::string& name : on_.ensemble.children(path)) {
            if (!name.starts_with("_c_")) continue;
            ++nodes;
            if (on_.ensemble.watchers(path + "/" + name) > watchers_max(name))
                return name + " is watched by more than those who wait for it";
        }
    }
    if (nodes == expected) return {};
    return std::to_string(expected) + " places are held or waited for, but there are " +
           std::to_string(nodes) + " nodes";
}

// Servers that are behind tell of it late, but not later than they notice that they are cut off.
std::string lease_workload::turn_to_come() {
    std::size_t granted = 0;
    for (const job_ptr& one : holding_) granted += nodes_of(*one);
    if (granted >= turns()) return ungranted_since_ = {}, std::string();
    if (ungranted_since_ == detail::boot_time{}) ungranted_since_ = on_.world.now();
    require(on_.world.now() - ungranted_since_ < calm, "I9", "somebody's turn has come, and it still waits");
    return "a turn has come, but no grant";
}

// All is in its place, nobody waits whose turn it is, and whoever is robbed learns it.
std::string lease_workload::unsettled() {
    std::string wrong = misplaced();
    if (!wrong.empty()) return ungranted_since_ = {}, wrong;
    wrong = turn_to_come();
    if (!wrong.empty()) return wrong;
    for (const core_client* const one : on_.actors()) {
        if (one->state() == session_state::connected) continue;
        calm_since_ = {};
        robbed_.reset();
        return "a client is not connected";
    }
    if (calm_since_ == detail::boot_time{}) calm_since_ = on_.world.now();
    if (on_.world.now() - calm_since_ < calm) return "the calm is short yet";
    for (const job_ptr& one : holding_)
        if (alive(*one) && one->held.state() != lease_state::held) return one->nodes.front() + " is not held";
    wrong = robbery();
    return wrong.empty() ? departure() : wrong;
}

std::string lease_workload::robbery() {
    if (!robbed_) rob_somebody();
    if (!robbed_ || !robbed_->held || robbed_->lost.stop_requested()) return {};
    return "a deletion is not noticed yet";
}

// A last crowd comes, and leaves one by one, in any order; what a faulty wait has missed, no later fault hides.
std::string lease_workload::departure() {
    if (!std::exchange(crowded_, true)) {
        for (std::size_t i = 0; i < waiting_max; ++i) act();
        return "the last have just come";
    }
    if (holding_.empty() || departures_ == departures_max) return {};
    ++departures_;
    stir();
    const job_ptr leaver = on_.choose.one_of(holding_);
    let_go(leaver);
    return "somebody leaves";
}

void lease_workload::rob_somebody() {
    const auto chosen = std::ranges::find_if(holding_, [this](const job_ptr& one) {
        return alive(*one) && one->held.state() == lease_state::held && on_.can_act(*one->by);
    });
    if (chosen == holding_.end()) return;
    robbed_ = *chosen;
    robbed_at_ = on_.world.now();
    const std::string& node = on_.choose.one_of(robbed_->nodes);
    on_.removed_nodes.insert(history_.created(node));
    on_.ensemble.remove_by_operator(node);
    if (history_.alive(node)) robbed_.reset();  // the leader has just stepped down
}

}  // namespace paddock::testing
