// What holders do.
#include "tests/simulation/lease_workload.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/violation.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

lease_workload::lease_workload(stage& on, queue_history::rule holders, std::vector<std::string> directories)
    : on_(on), directories_(std::move(directories)), history_(directories_, std::move(holders)) {
    on_.ensemble.observe([this](const txn& agreed) { see(agreed); });
}

lease_workload::job_ptr lease_workload::begin(core_client& by, bool may_fail) {
    expect_bounds(by);
    if (waiting_.size() >= waiting_max) return nullptr;
    auto made = std::make_shared<job>();
    made->by = &by;
    made->begun = on_.world.now();
    made->paths = {on_.choose.one_of(directories_)};
    made->may_fail = may_fail;
    waiting_.push_back(made);
    return made;
}

lease_workload::job_ptr lease_workload::become(const job_ptr& holder) {
    holder->changes.reset();
    holding_.remove(holder);
    auto made = std::make_shared<job>();
    made->by = holder->by;
    made->begun = on_.world.now();
    made->paths = holder->paths;
    made->replaces = holder;
    waiting_.push_back(made);
    return made;
}

bool lease_workload::alive(const job& which) const {
    return std::ranges::all_of(which.nodes, [this](const auto& node) { return history_.alive(node); });
}

void lease_workload::cancel() {
    if (waiting_.empty()) return;
    const job_ptr chosen = on_.choose.one_of(waiting_);
    if (!on_.can_act(*chosen->by)) return;
    chosen->may_fail = true;
    if (on_.world.now() - chosen->begun < on_.ensemble.options().one_way) on_.reach(hazard::a6);
    chosen->cancelled.emit(boost::asio::cancellation_type::terminal);
}

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
    for (const lease_part& part : which->held.parts()) which->nodes.push_back(part.node);
    which->session = which->held.session_id();
    which->token = which->held.fencing_token();
    which->lost = which->held.lost_token();
    expect_right_grant(*which);
    require(!winding_down_ || which->held.state() == lease_state::held, "I6",
            "a grant in calm is not certain");
    holding_.push_back(which);
    if (!alive(*which)) which->gone_at = on_.world.now();
    watch_states(which);
    use(which);
}

void lease_workload::note_end(const job& ended, error_code ec) const {
    const bool late = ec == make_error_code(errc::timed_out);
    if (late) on_.reach(ended.deadline ? hazard::b8 : hazard::b11);
    if (ended.deadline && ended.by->process.steady_now() + 10ms > *ended.deadline) on_.reach(hazard::b10);
    if (ended.by->closing) on_.reach(ec ? hazard::d6 : hazard::f15);
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

void lease_workload::use(const job_ptr& holder) {
    if (on_.choose.chance(0.5)) write_late(holder);
    if (on_.choose.chance(0.2)) on_.later(*holder->by, 500ms, [this, holder] { check(holder); });
    if (on_.choose.chance(0.05)) return on_.reach(hazard::d7), let_go(holder);  // in its own handler
    if (crowded_) return;
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
        if (!ec && result == release_result::confirmed && gone_when_released())
            for (const std::string& node : holder->nodes)
                require(!history_.alive(node), "D1", "a release is confirmed, but the node is there");
    });
}

// True may only be said of a lease whose node was there at some time after the question.
void lease_workload::check(const job_ptr& holder) {
    if (!holder->held) return;
    const bool there = alive(*holder);
    holder->held.async_check([there](error_code ec, bool held) {
        require(ec || !held || there, "I7", "a check says held, but the node was gone before");
    });
}

void lease_workload::write_late(const job_ptr& holder) {
    for (const lease_part& part : holder->held.parts()) {
        if (holder->reads.contains(part.path)) continue;
        fenced_resource& resource = resources_[part.path];
        const auto seen = resource.read(part.token);
        if (!seen) continue;
        on_.later(4s, [&resource, by = part.token, based_on = *seen] { resource.write(by, based_on); });
    }
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
