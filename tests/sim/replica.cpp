#include "tests/sim/replica.hpp"

#include <utility>

namespace paddock::testing {

void sim_replica::apply(const txn& done) {
    tree.apply(done);
    applied_ = done.zxid;
    for (const auto& change : done.changes) {
        if (change.what == tree_change::kind::changed) fire(change.path, detail::watch_event::changed);
        if (change.what == tree_change::kind::removed) fire(change.path, detail::watch_event::deleted);
    }
}

void sim_replica::watch(const std::string& path, const std::shared_ptr<sim_link>& link) {
    if (link->watched.insert(path).second) watches_[path].push_back(link);
}

void sim_replica::unwatch(const std::string& path, sim_link& link) {
    if (link.watched.erase(path) == 0) return;
    const auto found = watches_.find(path);
    std::erase_if(found->second,
                  [&](const auto& weak) { return weak.expired() || weak.lock().get() == &link; });
    if (found->second.empty()) watches_.erase(found);
}

void sim_replica::forget(sim_link& link) {
    while (!link.watched.empty()) unwatch(std::string(*link.watched.begin()), link);
}

void sim_replica::fire(const std::string& path, detail::watch_event event) {
    const auto found = watches_.find(path);
    if (found == watches_.end()) return;
    const auto watchers = std::move(found->second);
    watches_.erase(found);
    for (const auto& weak : watchers) {
        const auto link = weak.lock();
        if (!link) continue;
        link->watched.erase(path);
        notify_(*link, path, event);
    }
}

}  // namespace paddock::testing
