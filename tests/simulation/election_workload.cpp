// What must hold of all elections.
#include "tests/simulation/election_workload.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/allowances.hpp"
#include "tests/simulation/mutex_rule.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {

election_workload::election_workload(stage& on, std::vector<std::string> directories)
    : on_(on), history_(directories, oldest_contender), directories_(std::move(directories)) {
    on_.ensemble.observe([this](const txn& agreed) { see(agreed); });
}

void election_workload::begin_term(contestant& who, const leader_term& term) {
    ++grants_;
    if (who.last != fencing_token()) on_.reach(hazard::f14);
    if (!history_.ever_held({term.node})) throw violation("I2", term.node + " was never first");
    require(term.token.value() == history_.created(term.node), "I3", "a token is not the node's czxid");
    require(term.token > who.last, "I3", "a token is not above that of the last term");
    who.node = term.node;
    who.last = term.token;
    who.session = who.by->session_id();
    who.gone_at = history_.alive(term.node) ? detail::boot_time{} : on_.world.now();
    if (who.gone_at != detail::boot_time{}) return;  // lost on the way here: it orders nothing
    if (!history_.holds(term.node)) throw violation("I1", term.node + " leads out of turn");
    fencing_token& last = last_token_[who.path];
    require(term.token > last, "I3", "a token is not above the last one");
    last = term.token;
}

bool election_workload::loses_its_node(contestant& who) {
    if (who.gone_at != detail::boot_time{}) return false;
    if (!history_.alive(who.node)) return who.gone_at = on_.world.now(), true;
    if (!history_.holds(who.node)) throw violation("I1", who.node + " leads, and is not the first any more");
    return false;
}

// A suspect term may outlive its node by a timeout without contact, which counts from when a follower that is cut off has
// ceased to answer.
bool election_workload::is_long_gone(const contestant& who) const {
    if (who.gone_at == detail::boot_time{} || on_.wrong_clocks.contains(who.by)) return false;
    const auto longest = who.by->core->options().session.parameters.timeout + calm;
    return on_.world.now() - who.gone_at > longest + clock_slack;
}

bool election_workload::lasts(const contestant& who) {
    return who.wanted && !who.by->closing && !who.by->process.killed();
}

std::string election_workload::unsettled_candidate(const contestant& who, candidate_state state, bool leads,
                                                   tally& so_far) const {
    const bool idle = state == candidate_state::idle;
    if (lasts(who) && idle) return "a candidate has dropped out";
    if (!lasts(who) && !idle) return "a candidate has not stopped yet";
    const bool barred = on_.full_counters && state == candidate_state::failing;
    so_far.competing += lasts(who) && !barred ? 1 : 0;
    so_far.leading += leads ? 1 : 0;
    return {};
}

std::string election_workload::unsettled_queue(const std::string& path, const tally& all) const {
    const auto names = on_.ensemble.children(path);
    const auto nodes = static_cast<std::size_t>(
        std::ranges::count_if(names, [](const auto& name) { return name.starts_with("_c_"); }));
    if (nodes != all.competing && !on_.full_counters)
        return std::to_string(all.competing) + " candidates compete, but there are " + std::to_string(nodes) +
               " nodes";
    if (all.leading != (nodes > 0 ? 1 : 0)) return std::to_string(all.leading) + " lead in " + path;
    return {};
}

void election_workload::conclude() {
    require(history_.twins() == 0, "I5", "an acquisition has two nodes");
    over_ = true;
}

}  // namespace paddock::testing
