#include "core/contender/grant.hpp"

#include <memory>
#include <utility>

namespace paddock::detail {

lease grant_lease(const client_core& core, const std::vector<settings_ptr>& queues,
                  std::vector<joined_node>& mine) {
    const auto home = mine.front().home;
    lease_core::identity who;
    who.session_id = home->id();
    who.epoch = mine.front().epoch;
    auto shares = std::make_shared<std::vector<budget_share>>();
    for (std::size_t i = 0; i < mine.size(); ++i) {
        mine[i].home.reset();  // the lease deletes the node from now on
        shares->push_back(std::move(mine[i].share));
        lease_part part;
        part.path = queues[i]->shown;
        part.node = core.options().prefix.inside(mine[i].path);
        part.token = mine[i].token;
        who.parts.push_back(std::move(part));
        who.nodes.push_back(std::move(mine[i].path));
        who.notes.push_back(std::move(mine[i].note));
    }
    auto granted = std::make_shared<lease_core>(std::move(who), home->clock(), home, core.leases());
    home->leases().hold(granted, std::move(shares), std::move(mine.front().presence));
    return lease(std::move(granted));
}

}  // namespace paddock::detail
