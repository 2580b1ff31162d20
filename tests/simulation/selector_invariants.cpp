// What must hold of selectors, and of the functions that they run.
#include <algorithm>

#include "tests/simulation/allowances.hpp"
#include "tests/simulation/selector_workload.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t terms_at_rest = 6;

}  // namespace

void selector_workload::begin(candidate& who, const leader_term& term) {
    require(!who.works_in, "I1", "a selector runs two functions at once");
    require(!who.closed, "I4", "a function begins after the close");
    begin_term(who, term);
    who.works_in = term;
    who.cancelled = false;
    who.disturbed = false;
    who.fails = on_.choose.chance(0.1);
    who.unasked = {};
    if (on_.world.now() - who.interrupted_at < signal_slack) who.unsure = true;
    if (resting_) return;  // it runs until it is told to end
    const auto same = [&who](const candidate_ptr& one) { return one.get() == &who; };
    const auto longest = on_.choose.chance(0.2) ? std::chrono::nanoseconds(10s) : 1s;
    on_.later(*who.by, longest, [one = *std::ranges::find_if(candidates_, same), token = term.token] {
        if (one->last == token) leave(*one);
    });
}

void selector_workload::see(const txn& agreed) {
    if (!history_.apply(agreed)) return;
    for (const candidate_ptr& one : candidates_)
        if (one->works_in && loses_its_node(*one)) note_removal(one);
}

// Who gives its node back has ended its work (hazard F14); not so who loses it.
void selector_workload::note_removal(const candidate_ptr& who) {
    const bool taken = on_.removed_nodes.contains(who->last.value());
    const bool may_lose = who->disturbed || who->by->closing || who->by->process.killed() ||
                          who->by->core->leases()->policy == loss_policy::strict;
    if (taken || may_lose) return;
    on_.later(100ms, [this, session = who->session, node = who->node] {
        const auto alive = on_.ensemble.sessions();
        require(std::ranges::find(alive, session) == alive.end(), "I1",
                "a node is given back while its function runs");
    });
}

void selector_workload::inspect() {
    if (found_) throw violation(*found_);
    for (const candidate_ptr& one : candidates_) {
        if (!one->works_in) continue;
        if (one->by->state() != session_state::connected) one->disturbed = true;
        if (!on_.can_act(*one->by)) {  // it does nothing while it stands still
            if (one->gone_at != detail::boot_time{}) one->gone_at = on_.world.now();
            one->disturbed = true;
            one->unasked = {};
            continue;
        }
        expect_asked(*one);
        if (is_long_gone(*one) && !one->works_in->ended.stop_requested())
            throw violation("I6", one->node + " is gone, and its function not asked to stop");
    }
}

// A request to stop reaches the function; and it is made when the session is over, or was without contact for a whole
// timeout, so that the servers may have ended the term.
void selector_workload::expect_asked(candidate& who) {
    const bool stops = who.works_in->ended.stop_requested();
    const auto timeout = who.by->core->options().session.parameters.timeout;
    const bool over = who.by->session_id() != who.session ||
                      who.by->process.now() - on_.ensemble.contact_of(who.by->number()) > timeout;
    if (stops ? who.cancelled : !over)
        who.unasked = {};
    else if (who.unasked == detail::boot_time{})
        who.unasked = on_.world.now();
    else if (on_.world.now() - who.unasked > signal_slack)
        throw violation("I6", std::string("a function is not ") + (stops ? "cancelled" : "asked to stop") +
                                  " though its term is over: " + who.node);
}

std::string selector_workload::unsettled() {
    resting_ = true;
    for (const core_client* const one : on_.actors())
        if (one->state() != session_state::connected) return settled_since_ = {}, "a client is not connected";
    let_the_cancelled_go();
    for (const std::string& path : directories()) {
        std::string missing = unsettled_at(path);
        if (!missing.empty()) return settled_since_ = {}, missing;
    }
    if (settled_since_ == detail::boot_time{}) settled_since_ = on_.world.now();
    if (terms_ended_ == 0 && on_.world.now() - settled_since_ < calm) return "the calm is short yet";
    if (terms_ended_ == terms_at_rest || !end_a_term()) return {};
    ++terms_ended_;
    return "a term ends";
}

std::string selector_workload::unsettled_at(const std::string& path) {
    tally all;
    for (const candidate_ptr& one : candidates_) {
        if (one->path != path || one->by->process.killed() || one->closed) continue;
        const auto state = one->selector->state();
        if (state == candidate_state::idle && one->unsure && one->once) one->wanted = false;
        const bool leads = one->selector->leads();
        std::string wrong = unsettled_candidate(*one, state, leads, all);
        if (!wrong.empty()) return wrong;
        if (leads != (one->works_in && !one->cancelled))
            return "a function does not run for its term, or runs without one";
    }
    return unsettled_queue(path, all);
}

}  // namespace paddock::testing
