// Requests at the servers, from their arrival to their answer.
#include <algorithm>

#include "tests/sim/client.hpp"
#include "tests/sim/servers.hpp"

namespace paddock::testing {

namespace {

constexpr int session_expired = -112;
constexpr int session_moved = -118;
error_code server_code(int value) { return {value, zookeeper_category()}; }

bool is_ordered(request_kind kind) { return is_write(kind) || kind == request_kind::close; }

// What is behind it in its session waits too.
bool waits(const sim_turn& turn) {
    return !turn.ready && (is_ordered(turn.what.kind) || turn.what.kind == request_kind::sync);
}

}  // namespace

void sim_servers::arrive(const std::shared_ptr<sim_link>& link, const turn_ptr& turn) {
    if (!link->open || !link->heard) return;
    const bool oversized = turn->what.bytes() > options.max_request_bytes;
    if (oversized) hazards.reach(hazard::a15);
    if (link->session == 0 || oversized) return hang_up(link);
    touch(*link);
    if (!survives_faults(link, turn)) return;
    queue(link, turn);
    execute(link, turn);
}

void sim_servers::queue(const std::shared_ptr<sim_link>& link, const turn_ptr& turn) {
    turn->home = link;
    link->turns.push_back(turn);
}

void sim_servers::execute(const std::shared_ptr<sim_link>& link, const turn_ptr& turn) {
    if (is_ordered(turn->what.kind)) {
        order(link, turn);
    } else if (turn->what.kind == request_kind::sync) {
        if (servers_[link->at]->leadership && among.cut_off(link->at)) hazards.reach(hazard::e16);
        among.sync(link->at, [this, turn] { finish(*turn); });
    } else {
        answer_in_order(link);
    }
}

// The leader takes it even when the connection that it came by is gone.
void sim_servers::order(const std::shared_ptr<sim_link>& link, const turn_ptr& turn) {
    among.write(
        link->at,
        [this, link, turn](server_number leader, std::uint64_t entry, std::int64_t zxid) {
            prepare_write(*servers_[leader]->leadership, *link, *turn, propose(entry, zxid));
        },
        [this, turn] { finish(*turn); });
}

void sim_servers::finish(sim_turn& turn) {
    turn.ready = true;
    if (const auto link = turn.home.lock()) answer_in_order(link);
}

void sim_servers::prepare_write(sim_leadership& leading, const sim_link& link, sim_turn& turn,
                                proposal& into) {
    sim_leadership::session* const whose = leading.find(link.session);
    if (whose == nullptr) {
        situations.refused(turn.what, false);
        turn.answer.ec = server_code(session_expired);
        return;
    }
    if (whose->owner == sim_leadership::anywhere) whose->owner = link.at;
    if (whose->owner != link.at) {
        ++moved_;
        situations.refused(turn.what, true);
        turn.answer.ec = server_code(session_moved);
        return;
    }
    if (turn.what.kind == request_kind::close) {
        records.note(world.now(), link.session, "session", "", "closed");
        into.asked_for = true;
        return close_session(leading, link.session, into);
    }
    turn.answer = execute_write(leading.proposed, turn.what, link.session, denied, into.what);
    situations.wrote(link.session, turn.what, turn.answer, leading.proposed);
}

void sim_servers::answer_in_order(const std::shared_ptr<sim_link>& link) {
    while (link->open && !link->turns.empty()) {
        const auto turn = link->turns.front();
        if (waits(*turn)) return;
        link->turns.pop_front();
        if (turn->outcome != sim_turn::reply::nobody_waits_for) answer(link, turn);
    }
}

void sim_servers::answer(const std::shared_ptr<sim_link>& link, const turn_ptr& whose) {
    sim_turn& turn = *whose;
    const request& what = turn.what;
    sim_replica& replica = servers_[link->at]->replica;
    if (!turn.ready) {
        if (what.kind == request_kind::remove_watch) {
            hazards.reach(hazard::b4);
            replica.unwatch(what.watched(), *link);
        }
        turn.answer = execute_read(replica.tree, what, denied);
        if (what.watch && !turn.answer.ec) replica.watch(what.watched(), link);
        std::ranges::shuffle(turn.answer.names, order_);
    }
    turn.answer.zxid = replica.applied();
    notice_answer(*link, turn);
    note(*link, name_of(what.kind), turn.answer.path.empty() ? what.path : turn.answer.path,
         outcome(turn.answer.ec));
    if (turn.after) turn.after();
    // Of a moved session only the end of the connection is told.
    if (turn.outcome == sim_turn::reply::never_leaves || turn.answer.ec == server_code(session_moved))
        return hang_up(link);
    if (turn.outcome == sim_turn::reply::is_lost_on_way)
        return tell(*link,
                    [weak = std::weak_ptr(link)](sim_client& client) { client.on_hang_up(weak.lock()); });
    tell(*link, [whose](sim_client& client) { client.on_response(whose->answer); });
    if (what.kind == request_kind::close || turn.answer.ec == server_code(session_expired)) hang_up(link);
}

}  // namespace paddock::testing
