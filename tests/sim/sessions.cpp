// What keeps sessions alive, and how they end.
#include <utility>

#include "tests/sim/servers.hpp"

namespace paddock::testing {

std::vector<std::int64_t> sim_servers::sessions() const {
    std::vector<std::int64_t> out;
    for (const auto& [id, timeout] : servers_[among.last_leader()]->sessions) out.push_back(id);
    return out;
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

}  // namespace paddock::testing
