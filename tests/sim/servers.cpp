#include "tests/sim/servers.hpp"

#include <stdexcept>
#include <utility>

#include "tests/sim/client.hpp"

namespace paddock::testing {

namespace {

constexpr std::int64_t wall_clock_start_ms = 1'700'000'000'000;

std::int64_t milliseconds(detail::boot_time when) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

}  // namespace

sim_servers::sim_servers(virtual_environment& where, const ensemble_options& chosen)
    : world(where), options(chosen), among(where, *this, chosen.quorum, 11) {
    if (options.one_way <= std::chrono::nanoseconds(0)) throw std::logic_error("one_way must be above zero");
    for (server_number i = 0; i < chosen.quorum.servers; ++i) {
        servers_.push_back(std::make_unique<server>(
            [this](sim_link& link, const std::string& path, detail::watch_event event) {
                ++link.watch_events;
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

std::string sim_servers::outcome(const error_code& ec) { return ec ? std::to_string(ec.value()) : "ok"; }

std::chrono::nanoseconds sim_servers::delay() { return options.one_way + faults.up_to(options.jitter); }

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

}  // namespace paddock::testing
