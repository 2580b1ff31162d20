#include "tests/simulation/queue_history.hpp"

#include <algorithm>
#include <utility>

#include "core/path.hpp"

namespace paddock::testing {

queue_history::queue_history(const std::vector<std::string>& directories, rule holders)
    : holders_(std::move(holders)) {
    for (const std::string& path : directories) queues_[path];
}

bool queue_history::apply(const txn& agreed) {
    std::set<std::string> changed;
    for (const tree_change& change : agreed.changes) {
        if (change.what == tree_change::kind::changed) continue;
        const auto found = queues_.find(parent_of(change.path));
        if (found == queues_.end()) continue;
        const std::string name(detail::name_of(change.path));
        const bool created = change.what == tree_change::kind::created;
        if (created) {
            found->second.names.push_back(name);
            created_[change.path] = agreed.zxid;
        } else {
            std::erase(found->second.names, name);
        }
        count_twin(name, created ? 1 : -1);
        changed.insert(found->first);
    }
    for (const std::string& directory : changed) {
        queue& now = queues_[directory];
        now.holders.clear();
        for (const std::string& name : holders_(now.names))
            now.holders.insert(detail::join_path(directory, name));
        held_.insert(now.holders.begin(), now.holders.end());
    }
    return !changed.empty();
}

// "_c_<uuid>-lock-0000000000": the uuid is the acquisition's.
void queue_history::count_twin(std::string_view name, int by) {
    if (!name.starts_with("_c_")) return;
    int& nodes = acquisitions_[std::string(name.substr(0, 39))];
    const int before = nodes;
    nodes += by;
    if (nodes > 1 && by > 0) ++twins_;
    if (before > 1 && by < 0) --twins_;
    if (nodes == 0) acquisitions_.erase(std::string(name.substr(0, 39)));
}

bool queue_history::alive(const std::string& node) const {
    const auto found = queues_.find(parent_of(node));
    if (found == queues_.end()) return false;
    return std::ranges::find(found->second.names, detail::name_of(node)) != found->second.names.end();
}

std::int64_t queue_history::created(const std::string& node) const {
    const auto found = created_.find(node);
    return found == created_.end() ? 0 : found->second;
}

bool queue_history::holds(const std::string& node) const {
    const auto found = queues_.find(parent_of(node));
    return found != queues_.end() && found->second.holders.contains(node);
}

}  // namespace paddock::testing
