#include "tests/sim/rig.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace paddock::testing {

using namespace std::chrono_literals;

rig::rig(std::uint64_t seed, ensemble_options options) : world(seed), ensemble(world, options) {}

rig::~rig() = default;

core_client& rig::add_client(const client_options& options) {
    return clients.emplace_back(world, ensemble, options);
}

void rig::heal() {
    ensemble.disable_random_faults();
    ensemble.power(true);
    ensemble.stall(false);
    ensemble.refuse_connections(false);
    ensemble.reject_credentials(false);
    ensemble.isolate(every_handle, false);
    ensemble.lag(0ns);
    ensemble.deny({});
    ensemble.options().one_way = ensemble_options().one_way;
    ensemble.options().reap_every = 0ns;
    ensemble.options().max_connections = 0;
    for (core_client& one : clients) one.process.thaw();
}

bool rig::quiet() const {
    for (const core_client& one : clients) {
        if (one.process.killed()) continue;
        const client_stats now = one.stats();
        if (now.waiters + now.obligations + now.leases + now.watches + now.ephemeral_path_bytes > 0)
            return false;
    }
    for (const auto id : ensemble.sessions())
        if (!ensemble.ephemerals(id).empty()) return false;
    return ensemble.watches() == 0;
}

std::string rig::close_clients() {
    for (core_client& one : clients) {
        one.close();
        if (one.process.killed()) one.process.exhume();
    }
    if (!run_until([this] { return std::ranges::all_of(clients, &core_client::closed); }))
        return "a client does not close";
    world.settle();
    std::vector<std::weak_ptr<detail::client_core>> cores;
    for (core_client& one : clients) {
        if (one.pending_handlers > 0) return "a handler never ran";
        cores.emplace_back(one.core);
        one.core->entrance()->close();
        one.handle = client(std::shared_ptr<detail::client_core>());
        one.core.reset();
    }
    // A driver whose caller has gone may still take its second look, the farewell of an earlier session still wait
    // for its answer.
    const auto gone = [&] {
        return std::ranges::all_of(cores, [](const auto& core) { return core.expired(); });
    };
    if (!run_until(gone, 2s)) return "a reference to a client is left";
    if (!run_until([this] { return ensemble.sessions().empty(); }, 60s)) return "a session never ends";
    // The servers look for the end of a session when it would have ended.
    if (!run_until([this] { return world.scheduled_calls() == 0; }, 20s)) return "a timer is left";
    clients.clear();
    return {};
}

}  // namespace paddock::testing
