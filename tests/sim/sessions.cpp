#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "tests/sim/client.hpp"
#include "tests/sim/servers.hpp"

namespace paddock::testing {

handle_number sim_servers::enroll(std::weak_ptr<sim_client> handle) {
    handles_.push_back(std::move(handle));
    return handles_.size();
}

std::shared_ptr<sim_client> sim_servers::client(handle_number who) const {
    return who == every_handle || who > handles_.size() ? nullptr : handles_[who - 1].lock();
}

std::vector<std::shared_ptr<sim_link>> sim_servers::links(handle_number who) const {
    std::vector<std::shared_ptr<sim_link>> out;
    for (handle_number i = 1; i <= handles_.size(); ++i) {
        const auto handle = who == every_handle || who == i ? client(i) : nullptr;
        if (handle && handle->link()) out.push_back(handle->link());
    }
    return out;
}

std::vector<std::int64_t> sim_servers::sessions() const {
    std::vector<std::int64_t> out;
    for (const auto& [id, timeout] : servers_[among.last_leader()]->sessions) out.push_back(id);
    return out;
}

std::size_t sim_servers::connections() const {
    std::size_t sum = 0;
    for (const auto& one : servers_) sum += one->connections.size();
    return sum;
}

void sim_servers::prepare(sim_link& link) const {
    const auto stalled = [&](const std::set<handle_number>& who) {
        return who.contains(link.handle) || who.contains(every_handle);
    };
    link.to_server->stall(stalled(stalled_to_server_));
    link.to_client->stall(stalled(stalled_to_client_));
}

void sim_servers::stall(bool on, handle_number who, stalled_way way) {
    const auto change = [&](std::set<handle_number>& stalled) {
        if (on)
            stalled.insert(who);
        else if (who == every_handle)
            stalled.clear();
        else
            stalled.erase(who);
    };
    if (way != stalled_way::to_client) change(stalled_to_server_);
    if (way != stalled_way::to_server) change(stalled_to_client_);
    for (const auto& one : servers_) {
        for (const auto& link : one->connections) prepare(*link);
    }
}

void sim_servers::dial(const std::shared_ptr<sim_link>& link) {
    servers_[link->at]->connections.push_back(link);
    prepare(*link);
}

void sim_servers::arrive(const std::shared_ptr<sim_link>& link, const connect_request& what) {
    if (!link->open) return;
    const server& here = *servers_[link->at];
    if (is_full(here)) hazards.reach(hazard::e3);
    if (refusing || !among.serves(link->at) || is_full(here)) return hang_up(link);
    link->accepted = true;
    if (rejecting) {
        tell(*link, [](sim_client& client) { client.on_rejected(); });
        return hang_up(link);
    }
    if (what.last_zxid > here.replica.applied()) return hang_up(link);  // it has seen more than this server
    what.session == 0 ? open_session(link, what) : attach(link, what);
}

bool sim_servers::is_full(const server& here) const {
    const auto accepted = [](const auto& link) { return link->accepted; };
    return options.max_connections > 0 && static_cast<std::size_t>(std::ranges::count_if(
                                              here.connections, accepted)) >= options.max_connections;
}

std::chrono::milliseconds sim_servers::negotiated(std::chrono::milliseconds wanted) const {
    return std::clamp(wanted, options.min_timeout, options.max_timeout);
}

void sim_servers::open_session(const std::shared_ptr<sim_link>& link, const connect_request& what) {
    const std::int64_t id = (static_cast<std::int64_t>(link->at) + 1) << 56 | ++last_session_;
    const auto timeout = negotiated(what.timeout);
    among.write(
        link->at,
        [this, id, timeout, at = link->at](server_number leader, std::uint64_t entry, std::int64_t zxid) {
            proposal& made = propose(entry, zxid);
            made.opens = id;
            made.timeout = timeout;
            servers_[leader]->leadership->add(id, timeout, at);
        },
        [this, link, id, what] { admit(link, id, what); });
}

// From now on the leader takes nothing more of this session that comes by another server, and this server nothing more
// that comes by an earlier connection.
void sim_servers::attach(const std::shared_ptr<sim_link>& link, const connect_request& what) {
    close_former(*servers_[link->at], what.session);
    const auto known = [this, id = what.session, at = link->at,
                        timeout = negotiated(what.timeout)](server_number leader) {
        sim_leadership& leading = *servers_[leader]->leadership;
        sim_leadership::session* const whose = leading.find(id);
        if (whose == nullptr) return false;
        whose->owner = at;
        whose->timeout = timeout;
        leading.touch(id);
        return true;
    };
    among.consult(link->at, known, [this, link, what](bool alive) {
        if (alive) return admit(link, what.session, what);
        records.note(world.now(), what.session, "connect", "", "expired");
        welcome(link, {});
    });
}

void sim_servers::admit(const std::shared_ptr<sim_link>& link, std::int64_t session,
                        const connect_request& what) {
    if (!link->open) return;
    server& here = *servers_[link->at];
    close_former(here, session);
    link->session = session;
    take_over(here, link);
    here.attached[session] = link;
    note(*link, "connect", "", "ok");
    welcome(link, {session, negotiated(what.timeout)});
}

void sim_servers::close_former(server& here, std::int64_t session) {
    const auto former = here.attached.find(session);
    if (former != here.attached.end()) detach(*std::shared_ptr(former->second));
}

// What a server has passed on for a session keeps its place before all that the session asks there later.
void sim_servers::take_over(server& here, const std::shared_ptr<sim_link>& link) {
    const auto left = here.left_behind.extract(link->session);
    if (!left) return;
    for (const auto& weak : left.mapped()) {
        const auto turn = weak.lock();
        if (!turn || turn->ready) continue;
        turn->outcome = sim_turn::reply::nobody_waits_for;
        turn->home = link;
        link->turns.push_back(turn);
    }
}

void sim_servers::welcome(const std::shared_ptr<sim_link>& link, const connect_response& answer) {
    tell(*link, [weak = std::weak_ptr(link), answer](sim_client& client) {
        client.on_connect(weak.lock(), answer);
    });
}

// One packet holds all watches of a handle: past the limit no connection of it survives.
void sim_servers::arrive(const std::shared_ptr<sim_link>& link, const set_watches_request& what) {
    if (!link->open || !link->heard) return;
    sim_replica& replica = servers_[link->at]->replica;
    std::size_t bytes = 0;
    for (const auto& path : what.paths) bytes += path.size() + 4;
    if (bytes > options.max_request_bytes) {
        hazards.reach(hazard::b6);
        return hang_up(link);
    }
    for (const auto& path : what.paths) {
        const node_record* const node = replica.tree.find(path);
        if (node && node->mzxid <= what.last_zxid) {
            replica.watch(path, link);
            continue;
        }
        const auto event = node ? detail::watch_event::changed : detail::watch_event::deleted;
        tell(*link, [path, event](sim_client& client) { client.on_event(path, event); });
    }
}

// A follower reports twice a tick whom it has heard.
void sim_servers::touch(const sim_link& link) {
    server& here = *servers_[link.at];
    if (here.leadership) return here.leadership->touch(link.session);
    here.touched.insert(link.session);
    if (options.tick.count() == 0) return report_touches(link.at);
    if (here.report) return;
    here.report = world.call_at(saturating_add(world.now(), options.tick / 2), [this, at = link.at] {
        servers_[at]->report.reset();
        report_touches(at);
    });
}

void sim_servers::report_touches(server_number at) {
    auto heard = std::exchange(servers_[at]->touched, {});
    among.consult(
        at,
        [this, heard = std::move(heard)](server_number leader) {
            for (const std::int64_t id : heard) servers_[leader]->leadership->touch(id);
            return true;
        },
        [](bool) {});
}

void sim_servers::close_session(sim_leadership& leading, std::int64_t id, proposal& into) {
    if (leading.find(id) == nullptr) return;
    notice_end(id, into.asked_for, leading.proposed);
    leading.close(id);
    into.closes = id;
    leading.proposed.remove_owned(id, into.what);
}

void sim_servers::end_session(std::int64_t id, std::string_view why) {
    forced_ends.insert(id);
    among.decree([&](server_number leader, std::uint64_t entry, std::int64_t zxid) {
        records.note(world.now(), id, "session", "", std::string(why));
        close_session(*servers_[leader]->leadership, id, propose(entry, zxid));
    });
}

// The server closes: what it has sent before still arrives.
void sim_servers::hang_up(const std::shared_ptr<sim_link>& link) {
    if (!link->open) return;
    detach(*link);
    tell(*link, [weak = std::weak_ptr(link)](sim_client& client) { client.on_hang_up(weak.lock()); });
}

void sim_servers::leave(sim_link& link) {
    if (!link.open) return;
    if (link.fresh && link.session == 0)
        return detach(link);  // a session that nobody knows would only expire
    link.to_server->push(delay(), [this, weak = link.weak_from_this()] {
        if (const auto left = weak.lock()) detach(*left);
    });
}

void sim_servers::detach(sim_link& link) {
    const auto kept = link.shared_from_this();
    link.open = false;
    link.to_server->close();
    server& here = *servers_[link.at];
    for (const auto& turn : std::exchange(link.turns, {}))
        if (!turn->ready && link.session != 0) here.left_behind[link.session].push_back(turn);
    std::erase(here.connections, kept);
    here.replica.forget(link);
    const auto own = here.attached.find(link.session);
    if (own != here.attached.end() && own->second.get() == &link) here.attached.erase(own);
}

void sim_servers::cut(const std::shared_ptr<sim_link>& link, bool requests_arrive) {
    if (requests_arrive) link->to_server->flush();
    link->to_client->close();
    detach(*link);
    records.note(world.now(), link->session, "cut", "", requests_arrive ? "after arrival" : "before arrival");
    const auto client = link->client.lock();
    if (!client) return;
    boost::asio::post(client->local().executor(), [weak = link->client, link] {
        if (const auto self = weak.lock()) self->on_hang_up(link);
    });
}

void sim_servers::bury(const virtual_host& process) {
    for (handle_number i = 1; i <= handles_.size(); ++i) {
        const auto handle = client(i);
        if (handle && &handle->local() == &process) handle->vanish();
    }
}

void sim_servers::lag(std::chrono::nanoseconds behind) {
    for (server_number i = 0; i < servers_.size(); ++i) {
        if (i != among.leader() || behind.count() == 0) among.lag(i, behind);
    }
}

void sim_servers::power(bool on) {
    for (server_number i = 0; i < servers_.size(); ++i) on ? among.restart(i) : among.kill(i);
}

}  // namespace paddock::testing
