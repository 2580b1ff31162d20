// What an operator does to the servers.
#include "tests/sim/servers.hpp"

namespace paddock::testing {

void sim_servers::commit(const std::function<void(sim_tree&, txn&)>& write) {
    among.decree([&](server_number leader, std::uint64_t entry, std::int64_t zxid) {
        write(servers_[leader]->leadership->proposed, propose(entry, zxid).what);
    });
}

void sim_servers::lag(std::chrono::nanoseconds behind) {
    for (server_number i = 0; i < servers_.size(); ++i) {
        if (i != among.leader() || behind.count() == 0) among.lag(i, behind);
    }
}

void sim_servers::power(bool on) {
    for (server_number i = 0; i < servers_.size(); ++i) on ? among.restart(i) : among.kill(i);
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

}  // namespace paddock::testing
