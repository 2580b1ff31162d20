// Containers that have been used and are empty go.
#include "tests/sim/servers.hpp"

namespace paddock::testing {

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

}  // namespace paddock::testing
