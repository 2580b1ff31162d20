#include "tests/sim/servers.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/asio/post.hpp>

#include "tests/sim/client.hpp"

namespace paddock::testing {

namespace {

constexpr std::int64_t wall_clock_start_ms = 1'700'000'000'000;

std::int64_t milliseconds(detail::boot_time when) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

std::string outcome(const error_code& ec) { return ec ? std::to_string(ec.value()) : "ok"; }

constexpr int session_expired = -112;
constexpr int session_moved = -118;
error_code server_code(int value) { return {value, zookeeper_category()}; }

bool is_ordered(request_kind kind) { return is_write(kind) || kind == request_kind::close; }

// What is behind it in its session waits too.
bool waits(const sim_turn& turn) {
    return !turn.ready && (is_ordered(turn.what.kind) || turn.what.kind == request_kind::sync);
}

}  // namespace

sim_servers::sim_servers(virtual_environment& where, const ensemble_options& chosen)
    : world(where), options(chosen), among(where, *this, chosen.quorum, 11) {
    if (options.one_way <= std::chrono::nanoseconds(0)) throw std::logic_error("one_way must be above zero");
    for (server_number i = 0; i < chosen.quorum.servers; ++i) {
        servers_.push_back(std::make_unique<server>(
            [this](sim_link& link, const std::string& path, detail::watch_event event) {
                note(link, "event", path, std::to_string(static_cast<int>(event)));
                tell(link, [path, event](sim_client& client) { client.on_event(path, event); });
            }));
    }
    among.start();
}

void sim_servers::note(const sim_link& link, std::string_view op, const std::string& path,
                       const std::string& result) {
    records.note(world.now(), link.session, op, path, result);
}

std::chrono::nanoseconds sim_servers::delay() { return options.one_way + faults.up_to(options.jitter); }

// --- what the servers agree on

sim_servers::proposal& sim_servers::propose(std::uint64_t entry, std::int64_t zxid) {
    proposal& made = proposals_[entry];
    made.what.zxid = zxid;
    made.what.wall_ms = wall_clock_start_ms + milliseconds(world.now());
    return made;
}

void sim_servers::apply(server_number at, std::uint64_t entry, std::int64_t /*zxid*/) {
    const proposal& agreed = proposals_.at(entry);
    server& here = *servers_[at];
    if (agreed.what.zxid > newest_) {
        newest_ = agreed.what.zxid;
        if (observer) observer(agreed.what);
    }
    here.replica.apply(agreed.what);
    if (agreed.opens != 0) here.sessions[agreed.opens] = agreed.timeout;
    if (agreed.closes == 0) return;
    here.sessions.erase(agreed.closes);
    here.left_behind.erase(agreed.closes);
    const auto link = here.attached.find(agreed.closes);
    if (link != here.attached.end() && !agreed.asked_for) hang_up(std::shared_ptr(link->second));
}

void sim_servers::lead(server_number at) {
    records.note(world.now(), 0, "server", std::to_string(at), "leads");
    server& here = *servers_[at];
    here.leadership =
        std::make_unique<sim_leadership>(world, here.replica.tree, options.tick, [this, at](std::int64_t id) {
            among.write(at,
                        [this, id](server_number leader, std::uint64_t entry, std::int64_t zxid) {
                            records.note(world.now(), id, "session", "", "expired");
                            close_session(*servers_[leader]->leadership, id, propose(entry, zxid));
                        },
                        {});
        });
    notice_new_leader(at);
    // A new leader gives every session its full timeout.
    for (const auto& [id, timeout] : here.sessions)
        here.leadership->add(id, timeout, sim_leadership::anywhere);
    reap_later(at);
}

void sim_servers::serve(server_number at, bool on) {
    records.note(world.now(), 0, "server", std::to_string(at), on ? "serves" : "stops");
    if (on) return;
    server& here = *servers_[at];
    if (here.leadership) notice_lost_leader();
    here.leadership.reset();
    here.touched.clear();
    here.report.reset();
    here.reaper.reset();
    for (const auto& link : std::exchange(here.connections, {})) hang_up(link);
    here.left_behind.clear();
}

void sim_servers::commit(const std::function<void(sim_tree&, txn&)>& write) {
    among.decree([&](server_number leader, std::uint64_t entry, std::int64_t zxid) {
        write(servers_[leader]->leadership->proposed, propose(entry, zxid).what);
    });
}

// --- requests

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
            replica.unwatch(what.path, *link);
        }
        turn.answer = execute_read(replica.tree, what, denied);
        if (what.kind == request_kind::get && what.watch && !turn.answer.ec) replica.watch(what.path, link);
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

// --- the operator's hand

void sim_servers::reap() {
    for (const auto& path : tree().abandoned_containers()) {
        among.decree([&](server_number leader, std::uint64_t entry, std::int64_t zxid) {
            reap(path, leader, propose(entry, zxid).what);
        });
    }
}

// Found in what the leader has applied; whether it is still empty shows when its turn comes.
void sim_servers::reap_later(server_number at) {
    if (options.reap_every.count() == 0) return;
    servers_[at]->reaper = world.call_at(saturating_add(world.now(), options.reap_every), [this, at] {
        for (const auto& path : servers_[at]->replica.tree.abandoned_containers()) {
            among.write(at,
                        [this, path](server_number leader, std::uint64_t entry, std::int64_t zxid) {
                            reap(path, leader, propose(entry, zxid).what);
                        },
                        {});
        }
        if (servers_[at]->leadership) reap_later(at);
    });
}

void sim_servers::reap(const std::string& path, server_number leader, txn& into) {
    const error_code ec = servers_[leader]->leadership->proposed.remove_container(path, into);
    records.note(world.now(), 0, "reap", path, outcome(ec));
    if (!ec) situations.reaped(path);
}

void sim_servers::set_create_count(const std::string& path, std::int32_t count) {
    for (const auto& one : servers_) {
        one->replica.tree.set_create_count(path, count);
        if (one->leadership) one->leadership->proposed.set_create_count(path, count);
    }
}

void sim_servers::when_counters_are_full(sim_tree::overflow how) {
    for (const auto& one : servers_) {
        one->replica.tree.when_full(how);
        if (one->leadership) one->leadership->proposed.when_full(how);
    }
}

void sim_servers::later(std::chrono::nanoseconds after, std::function<void()> action) {
    const auto number = ++next_plan_;
    plans_[number] =
        world.call_at(saturating_add(world.now(), after), [this, number, action = std::move(action)] {
            const auto running = std::exchange(plans_[number], {});
            plans_.erase(number);
            action();
        });
}

}  // namespace paddock::testing
