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
    if (!ended.may_fail || !ended_by_caller(ec)) throw violation("I4", "an acquire failed: " + ec.message());
}

void lease_workload::expect_right_grant(const job& granted) {
    if (!history_.ever_held(granted.node)) throw violation("I2", granted.node + " was never first");
    const bool dark = on_.outage_since != detail::boot_time{} && on_.world.now() - on_.outage_since > 3s;
    require(!dark || on_.stood_still(*granted.by, on_.outage_since), "I11", "a grant while no server runs");
    require(granted.token.value() == history_.created(granted.node), "I3", "a token is not the node's czxid");
    if (!history_.alive(granted.node)) return;  // lost on the way to the handler: it orders nothing
    if (!history_.holds(granted.node)) throw violation("I1", granted.node + " is held out of turn");
    fencing_token& last = last_token_[granted.path];
    require(granted.token > last, "I3", "a token is not above the last one");
    last = granted.token;
}

void lease_workload::see(const txn& agreed) {
    for (const tree_change& change : agreed.changes)
        if (change.what == tree_change::kind::removed && history_.alive(change.path) &&
            !history_.holds(change.path))
            on_.reach(hazard::b1);
    if (!history_.apply(agreed)) return;
    for (const job_ptr& one : holding_) {
        if (one->gone_at != detail::boot_time{}) continue;
        if (!history_.alive(one->node)) {
            one->gone_at = on_.world.now();
            // Who is robbed in calm has to notice by itself.
            const bool may_act = one != robbed_ && on_.can_act(*one->by);
            if (may_act) on_.later(*one->by, 1ns, [this, one] { robbed(one); });
        } else if (!history_.holds(one->node))
            throw violation("I1", one->node + " is held, and not the first any more");
    }
}

void lease_workload::inspect() {
    const bool unnoticed = robbed_ && robbed_->held && !robbed_->lost.stop_requested();
    if (unnoticed && on_.world.now() - robbed_at_ > 100ms)
        throw violation("I6", "its holder does not notice that " + robbed_->node + " is deleted");
    for (const job_ptr& one : holding_) {
        if (!on_.can_act(*one->by)) {  // it says nothing while it stands still
            if (one->gone_at != detail::boot_time{}) one->gone_at = on_.world.now();
            one->untold_since = {};
            continue;
        }
        const lease_state state = one->held.state();
        if (state == lease_state::held && one->by->state() != session_state::connected)
            throw violation("I7", one->node + " is believed to be held without a connection");
        if (state == lease_state::suspect && one->by->core->leases()->policy == loss_policy::strict)
            throw violation("I7", one->node + " is suspect, which its policy calls lost");
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
        throw violation("I6", "the holder of " + holder.node + " is not told of a change: state " +
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
        throw violation(excused(holder) ? "I6" : "I7", holder.node + " is believed to be held, but gone");
}

bool lease_workload::excused(const job& holder) const {
    return on_.ensemble.ended_by_force(holder.session) || on_.removed_nodes.contains(holder.token.value());
}

void lease_workload::expect_bounds(const core_client& who) const {
    const client_stats now = who.stats();
    // Those that were cancelled while their connection stood still go on in the background.
    if (now.watches > 2 * (now.waiters + now.leases + now.obligations + waiting_max))
        throw violation("I8", std::to_string(now.watches) + " watches for " + std::to_string(now.waiters) +
                                  " waiters, " + std::to_string(now.leases) + " leases, " +
                                  std::to_string(now.obligations) + " obligations");
}

// Whoever waits has a node, each is watched by its owner and by one who waits for it, and whoever is robbed learns it.
std::string lease_workload::unsettled() {
    std::size_t expected = 0;
    for (const job_ptr& one : waiting_) expected += one->by->process.killed() ? 0 : 1;
    for (const job_ptr& one : holding_) expected += history_.alive(one->node) ? 1 : 0;
    std::size_t nodes = 0;
    for (const std::string& path : directories_) {
        for (const std::string& name : on_.ensemble.children(path)) {
            if (!name.starts_with("_c_")) continue;
            ++nodes;
            if (on_.ensemble.watchers(path + "/" + name) > 2)
                return name + " is watched by more than one who waits";
        }
    }
    if (nodes != expected)
        return std::to_string(expected) + " hold or wait, but there are " + std::to_string(nodes) + " nodes";
    for (const core_client* const one : on_.actors()) {
        if (one->state() == session_state::connected) continue;
        calm_since_ = {};
        robbed_.reset();
        return "a client is not connected";
    }
    if (calm_since_ == detail::boot_time{}) calm_since_ = on_.world.now();
    if (on_.world.now() - calm_since_ < calm) return "the calm is short yet";
    for (const job_ptr& one : holding_)
        if (history_.alive(one->node) && one->held.state() != lease_state::held)
            return one->node + " is not held";
    if (!robbed_) rob_somebody();
    if (!robbed_ || !robbed_->held || robbed_->lost.stop_requested()) return {};
    return "a deletion is not noticed yet";
}

void lease_workload::rob_somebody() {
    const auto chosen = std::ranges::find_if(holding_, [this](const job_ptr& one) {
        return history_.alive(one->node) && one->held.state() == lease_state::held && on_.can_act(*one->by);
    });
    if (chosen == holding_.end()) return;
    robbed_ = *chosen;
    robbed_at_ = on_.world.now();
    on_.removed_nodes.insert(robbed_->token.value());
    on_.ensemble.remove_by_operator(robbed_->node);
    if (history_.alive(robbed_->node)) robbed_.reset();  // the leader has just stepped down
}

}  // namespace paddock::testing
