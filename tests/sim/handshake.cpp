// A connection begins: it gets its session, a new one or one that had another connection, and the watches of that one.
#include <algorithm>

#include "tests/sim/client.hpp"
#include "tests/sim/servers.hpp"

namespace paddock::testing {

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
    for (const auto& [kind, path] : what.watches) bytes += path.size() + 4;
    if (bytes > options.max_request_bytes) {
        hazards.reach(hazard::b6);
        return hang_up(link);
    }
    for (const auto& [kind, path] : what.watches) {
        const bool of_children = kind == detail::watch_kind::children;
        const node_record* const node = replica.tree.find(path);
        if (node && (of_children ? node->pzxid : node->mzxid) <= what.last_zxid) {
            replica.watch({kind, path}, link);
            continue;
        }
        const auto change =
            of_children ? detail::watch_event::children_changed : detail::watch_event::changed;
        tell(*link, [path = path, event = node ? change : detail::watch_event::deleted](sim_client& client) {
            client.on_event(path, event);
        });
    }
}

}  // namespace paddock::testing
