#include "tests/support/fake_replica.hpp"

#include <utility>

namespace paddock::testing {

fake_replica::fake_replica(const fake_replica& other, notifier notify)
    : tree(other.tree), notify_(std::move(notify)), applied_(other.applied_) {
    for (const auto& known : other.backlog_) learn(known.done, nullptr);
}

void fake_replica::applied(const txn& done) {
    applied_ = done.zxid;
    for (const auto& change : done.changes) {
        if (change.what == tree_change::kind::changed) fire(change.path, detail::watch_event::changed);
        if (change.what == tree_change::kind::removed) fire(change.path, detail::watch_event::deleted);
    }
}

void fake_replica::learn(std::shared_ptr<const txn> done, detail::scheduled_call timer) {
    backlog_.push_back({std::move(done), std::move(timer)});
}

void fake_replica::catch_up(std::int64_t zxid) {
    while (!backlog_.empty() && backlog_.front().done->zxid <= zxid) {
        const lesson next = std::move(backlog_.front());
        backlog_.pop_front();
        tree.apply(*next.done);
        applied(*next.done);
    }
}

void fake_replica::watch(const std::string& path, const std::shared_ptr<fake_link>& link) {
    if (link->watched.insert(path).second) watches_[path].push_back(link);
}

void fake_replica::unwatch(const std::string& path, fake_link& link) {
    if (link.watched.erase(path) == 0) return;
    const auto found = watches_.find(path);
    std::erase_if(found->second,
                  [&](const auto& weak) { return weak.expired() || weak.lock().get() == &link; });
    if (found->second.empty()) watches_.erase(found);
}

void fake_replica::forget(fake_link& link) {
    while (!link.watched.empty()) unwatch(std::string(*link.watched.begin()), link);
}

void fake_replica::fire(const std::string& path, detail::watch_event event) {
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
