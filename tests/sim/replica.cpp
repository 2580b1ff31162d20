#include "tests/sim/replica.hpp"

#include <algorithm>

namespace paddock::testing {

void sim_replica::apply(const txn& done) {
    tree.apply(done);
    applied_ = done.zxid;
    for (const auto& change : done.changes) {
        if (change.what == tree_change::kind::changed) {
            fire(change.path, detail::watch_event::changed);
            continue;
        }
        if (change.what == tree_change::kind::removed) fire(change.path, detail::watch_event::deleted);
        fire(parent_of(change.path), detail::watch_event::children_changed);
    }
}

void sim_replica::watch(const watch_key& what, const std::shared_ptr<sim_link>& link) {
    if (link->watched.insert(what).second) watches_[what].push_back(link);
}

void sim_replica::unwatch(const watch_key& what, sim_link& link) {
    if (link.watched.erase(what) == 0) return;
    const auto found = watches_.find(what);
    std::erase_if(found->second,
                  [&](const auto& weak) { return weak.expired() || weak.lock().get() == &link; });
    if (found->second.empty()) watches_.erase(found);
}

void sim_replica::forget(sim_link& link) {
    while (!link.watched.empty()) unwatch(watch_key(*link.watched.begin()), link);
}

// A connection with watches of both kinds is told of a deletion once.
void sim_replica::fire(const std::string& path, detail::watch_event event) {
    std::vector<std::shared_ptr<sim_link>> told;
    for (const auto kind : {detail::watch_kind::data, detail::watch_kind::children}) {
        if (!detail::concerns(event, kind)) continue;
        const auto fired = watches_.extract({kind, path});
        if (!fired) continue;
        for (const auto& weak : fired.mapped()) {
            const auto link = weak.lock();
            if (!link) continue;
            link->watched.erase(fired.key());
            if (std::ranges::find(told, link) == told.end()) told.push_back(link);
        }
    }
    for (const auto& link : told) notify_(*link, path, event);
}

}  // namespace paddock::testing
