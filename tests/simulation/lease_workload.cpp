#include "tests/simulation/lease_workload.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/violation.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t waiting_max = 12;
// After the faults: servers that were cut off notice it, sessions that are over end.
constexpr std::chrono::nanoseconds calm = 5s;
// What clocks that differ by 200 ppm add to a bound.
constexpr std::chrono::nanoseconds clock_slack = 5ms;
// A process that comes last in the order of priority may be that late.
constexpr std::chrono::nanoseconds signal_slack = 50ms;

bool ended_by_caller(const error_code& ec) {
    return ec == boost::asio::error::operation_aborted || ec == make_error_code(errc::timed_out) ||
           ec == make_error_code(errc::servers_unreachable);
}

}  // namespace

lease_workload::lease_workload(stage& on, queue_history::rule holders)
    : on_(on), history_(directories_, std::move(holders)) {
    on_.ensemble.observe([this](const txn& agreed) { see(agreed); });
}

lease_workload::job_ptr lease_workload::begin(core_client& by, bool may_fail) {
    expect_bounds(by);
    if (waiting_.size() >= waiting_max) return nullptr;
    auto made = std::make_shared<job>();
    made->by = &by;
    made->begun = on_.world.now();
    made->path = on_.choose.one_of(directories_);
    made->may_fail = may_fail;
    waiting_.push_back(made);
    return made;
}

void lease_workload::cancel() {
    if (waiting_.empty()) return;
    const job_ptr chosen = on_.choose.one_of(waiting_);
    if (!on_.can_act(*chosen->by)) return;
    chosen->may_fail = true;
    if (on_.world.now() - chosen->begun < on_.ensemble.options().one_way) on_.reach(hazard::a6);
    chosen->cancelled.emit(boost::asio::cancellation_type::terminal);
}

// --- grants

void lease_workload::complete(const job_ptr& which, error_code ec, lease got) {
    if (over_) return;  // of a process that is taken apart
    require(++which->completions == 1, "I4", "an acquire completed twice");
    waiting_.remove(which);
    require(static_cast<bool>(got) == !ec, "I4", "a lease comes with an error, or success without a lease");
    expect_right_end(*which, ec);
    note_end(*which, ec);
    if (ec) return;
    ++grants_;
    which->held = std::move(got);
    which->node = which->held.node();
    which->session = which->held.session_id();
    which->token = which->held.fencing_token();
    which->lost = which->held.lost_token();
    expect_right_grant(*which);
    require(!winding_down_ || which->held.state() == lease_state::held, "I6",
            "a grant in calm is not certain");
    holding_.push_back(which);
    if (!history_.alive(which->node)) which->gone_at = on_.world.now();
    watch_states(which);
    use(which);
}

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

void lease_workload::note_end(const job& ended, error_code ec) const {
    const bool late = ec == make_error_code(errc::timed_out);
    if (late) on_.reach(ended.deadline ? hazard::b8 : hazard::b11);
    if (ended.deadline && ended.by->process.steady_now() + 10ms > *ended.deadline) on_.reach(hazard::b10);
    if (ended.by->closing) on_.reach(ec ? hazard::d6 : hazard::f15);
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

void lease_workload::watch_states(const job_ptr& holder) {
    holder->changes = holder->held.on_state_change([weak = std::weak_ptr(holder)](lease_state now) {
        const job_ptr one = weak.lock();
        if (!one) return;
        require(one->told != lease_state::lost, "I12", "a state is told after lost");
        require(one->told != now, "I12", "the same state is told twice");
        one->told = now;
        one->by->ensemble.hazards().reach(hazard::c16);
    });
    holder->told = holder->held.state();
}

// --- what holders do

void lease_workload::use(const job_ptr& holder) {
    if (on_.choose.chance(0.5)) write_late(holder);
    if (on_.choose.chance(0.2)) on_.later(*holder->by, 500ms, [this, holder] { check(holder); });
    if (on_.choose.chance(0.05)) return on_.reach(hazard::d7), let_go(holder);  // in its own handler
    const bool long_hold = on_.choose.chance(0.15);
    on_.later(*holder->by, long_hold ? std::chrono::nanoseconds(8s) : 300ms,
              [this, holder] { let_go(holder); });
}

void lease_workload::let_go(const job_ptr& holder) {
    if (!holder->held) return;
    if (holder->session != holder->by->session_id()) on_.reach(hazard::d3);
    holder->changes.reset();
    holding_.remove(holder);
    if (on_.choose.chance(0.5)) return release(holder);
    holder->held = lease();
}

void lease_workload::release(const job_ptr& holder) {
    lease given = std::move(holder->held);
    std::move(given).async_release([this, holder](error_code ec, release_result result) {
        require(!ec || holder->by->closing, "I4", "a release failed");
        if (!ec && result == release_result::confirmed)
            require(!history_.alive(holder->node), "D1", "a release is confirmed, but the node is there");
    });
}

// True may only be said of a lease whose node was there at some time after the question.
void lease_workload::check(const job_ptr& holder) {
    if (!holder->held) return;
    const bool alive = history_.alive(holder->node);
    holder->held.async_check([alive](error_code ec, bool held) {
        require(ec || !held || alive, "I7", "a check says held, but the node was gone before");
    });
}

void lease_workload::write_late(const job_ptr& holder) {
    fenced_resource& resource = resources_[holder->path];
    const auto seen = resource.read(holder->token);
    if (!seen) return;
    on_.later(4s, [&resource, by = holder->token, based_on = *seen] { resource.write(by, based_on); });
}

// --- what must always hold

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
            if (on_.can_act(*one->by)) on_.later(*one->by, 1ns, [this, one] { robbed(one); });
        } else if (!history_.holds(one->node))
            throw violation("I1", one->node + " is held, and not the first any more");
    }
}

void lease_workload::inspect() {
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

// --- the end

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
    if (on_.world.now() - robbed_at_ > 100ms)
        throw violation("I6", "its holder does not notice that " + robbed_->node + " is deleted");
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

bool lease_workload::wind_down() {
    winding_down_ = true;
    for (const job_ptr& one : std::list(holding_)) let_go(one);
    return std::ranges::all_of(waiting_, [](const job_ptr& one) { return one->by->process.killed(); });
}

void lease_workload::conclude() {
    require(history_.twins() == 0, "I5", "an acquisition has two nodes");
    over_ = true;
    holding_.clear();
}

}  // namespace paddock::testing
