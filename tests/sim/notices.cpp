// Situations that only somebody sees who knows all servers and all clients.
#include <algorithm>
#include <utility>

#include "tests/sim/client.hpp"
#include "tests/sim/servers.hpp"

namespace paddock::testing {

void sim_client::notice_attached(const connect_response& answer) {
    hazard_log& log = servers_->hazards;
    if (session_ == 0) {
        if (answer.timeout != parameters_.timeout) log.reach(hazard::e8);
        return;
    }
    servers_->situations.attached_anew(session_, servers_->world.now() - lost_at_, timeout_,
                                       servers_->tree());
}

void sim_client::notice_held_back_ping() {
    const bool due = local_.awake() > saturating_add(last_sent_, timeout_ / 3);
    if (due && !pending_.empty()) servers_->hazards.reach(hazard::e20);
}

virtual_host::condition sim_servers::process_of(std::int64_t session) const {
    for (auto one = handles_.rbegin(); one != handles_.rend(); ++one) {
        const auto handle = one->lock();
        if (handle && handle->session() == session) return handle->local().state();
    }
    return virtual_host::condition::runs;  // its handle has been destroyed, its process goes on
}

void sim_servers::notice_end(std::int64_t session, bool asked_for, const sim_tree& before) {
    situations.ends(session, asked_for, process_of(session), before);
    if (asked_for) return;
    for (server_number i = 0; i < servers_.size(); ++i) {
        if (servers_[i]->attached.contains(session) && among.cut_off(i)) hazards.reach(hazard::c3);
    }
}

void sim_servers::notice_lost_leader() {
    if (!among.leader()) leaderless_since_ = world.now();
    if (among.full_counters() > std::exchange(full_counters_, among.full_counters()))
        hazards.reach(hazard::e18);
    const auto waits_for_answers = [](const auto& link) { return !link->turns.empty(); };
    const bool waiting = std::ranges::any_of(
        servers_, [&](const auto& one) { return std::ranges::any_of(one->connections, waits_for_answers); });
    if (waiting) hazards.reach(hazard::e1);
}

void sim_servers::notice_new_leader(server_number at) {
    const auto since = std::exchange(leaderless_since_, std::nullopt);
    if (!since) return;
    const auto too_long = [&](const auto& session) { return world.now() - *since > session.second; };
    if (std::ranges::any_of(servers_[at]->sessions, too_long)) hazards.reach(hazard::e2);
}

void sim_servers::notice_answer(const sim_link& link, const sim_turn& turn) {
    const server& here = *servers_[link.at];
    if (here.leadership && among.cut_off(link.at)) hazards.reach(hazard::c4);
    situations.answered(turn.answer);
    if (!turn.ready && turn.what.kind != request_kind::ping && turn.what.kind != request_kind::remove_watch)
        situations.read(link.session, turn.what, turn.answer, here.replica, leading());
}

}  // namespace paddock::testing
