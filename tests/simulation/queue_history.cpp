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
    std::map<std::string, std::string> removed;  // by directory
    for (const tree_change& one : agreed.changes)
        if (one.what == tree_change::kind::removed) removed[parent_of(one.path)] = one.path;
    for (const tree_change& one : agreed.changes) {
        const std::string directory = parent_of(one.path);
        if (one.what == tree_change::kind::changed || !queues_.contains(directory)) continue;
        change(one, agreed.zxid, removed[directory]);
        changed.insert(directory);
    }
    for (const std::string& directory : changed) {
        queue& now = queues_[directory];
        now.holders.clear();
        for (const std::string& name : holders_(now.names)) {
            const std::string node = detail::join_path(directory, name);
            now.holders.insert(node);
            if (lives_[node].held == 0) lives_[node].held = agreed.zxid;
        }
    }
    return !changed.empty();
}

void queue_history::change(const tree_change& one, std::int64_t zxid, const std::string& replaced) {
    auto& names = queues_[parent_of(one.path)].names;
    const std::string name(detail::name_of(one.path));
    const bool created = one.what == tree_change::kind::created;
    count_twin(one.path, created ? 1 : -1);
    if (!created) {
        std::erase(names, name);
        lives_[one.path].gone = zxid;
        return;
    }
    life born;
    born.created = born.placed = zxid;
    const auto place = std::ranges::find(names, detail::name_of(replaced));
    if (place != names.end()) {
        born.placed = lives_[replaced].placed;
        lives_[replaced].heir = one.path;
    }
    names.insert(place, name);
    lives_[one.path] = born;
}

// "/locks/a/_c_<uuid>-lock-0000000000": the uuid is the acquisition's, which has one node a directory.
void queue_history::count_twin(const std::string& node, int by) {
    const std::string_view name = detail::name_of(node);
    if (!name.starts_with("_c_")) return;
    const std::string which = node.substr(0, node.size() - name.size() + 39);
    int& nodes = acquisitions_[which];
    const int before = nodes;
    nodes += by;
    if (nodes > 1 && by > 0) ++twins_;
    if (before > 1 && by < 0) --twins_;
    if (nodes == 0) acquisitions_.erase(which);
}

bool queue_history::alive(const std::string& node) const {
    const auto found = queues_.find(parent_of(node));
    if (found == queues_.end()) return false;
    return std::ranges::find(found->second.names, detail::name_of(node)) != found->second.names.end();
}

std::int64_t queue_history::created(const std::string& node) const {
    const auto found = lives_.find(node);
    return found == lives_.end() ? 0 : found->second.created;
}

std::int64_t queue_history::placed(const std::string& node) const {
    const auto found = lives_.find(node);
    return found == lives_.end() ? 0 : found->second.placed;
}

bool queue_history::lives_on(const std::string& node) const {
    const auto found = lives_.find(node);
    return found != lives_.end() && alive(found->second.heir);
}

// Who holds does so until its node is gone.
bool queue_history::ever_held(const std::vector<std::string>& nodes) const {
    std::int64_t since = 0;
    std::int64_t until = INT64_MAX;
    for (const std::string& node : nodes) {
        const auto [held, gone] = turn_of(node);
        if (held == 0) return false;
        since = std::max(since, held);
        until = std::min(until, gone);
    }
    return since < until;
}

std::pair<std::int64_t, std::int64_t> queue_history::turn_of(const std::string& node) const {
    const auto found = lives_.find(node);
    return found == lives_.end() ? std::pair<std::int64_t, std::int64_t>()
                                 : std::pair(found->second.held, found->second.gone);
}

std::size_t queue_history::holders() const {
    std::size_t sum = 0;
    for (const auto& [directory, now] : queues_) sum += now.holders.size();
    return sum;
}

bool queue_history::holds(const std::string& node) const {
    const auto found = queues_.find(parent_of(node));
    return found != queues_.end() && found->second.holders.contains(node);
}

}  // namespace paddock::testing
