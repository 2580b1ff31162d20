#include "tests/simulation/permit_history.hpp"

#include <algorithm>

#include "recipes/semaphore/permits/semaphore_record.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {
namespace {

// "_c_<uuid>-permit-3-0000000000"
std::uint64_t permits_in(const std::string& node) {
    const std::string word = "-permit-";
    const auto at = node.find(word);
    return at == std::string::npos ? 0 : std::stoull(node.substr(at + word.size()));
}

}  // namespace

permit_history::permit_history(const std::vector<std::string>& directories) {
    for (const std::string& path : directories) semaphores_[path];
}

bool permit_history::apply(const txn& agreed) {
    bool out_of_order = false;
    for (const tree_change& change : agreed.changes) {
        if (const auto directory = semaphores_.find(change.path); directory != semaphores_.end()) {
            const auto record = detail::read_semaphore_record(change.after.data);
            directory->second.limit = record ? record->limit : 0;
        }
        const auto parent = semaphores_.find(parent_of(change.path));
        if (parent != semaphores_.end() && see_request(parent->second, change, agreed.zxid))
            out_of_order = true;
    }
    return out_of_order;
}

bool permit_history::see_request(semaphore& where, const tree_change& change, std::int64_t zxid) {
    const std::uint64_t permits = permits_in(change.path);
    if (permits == 0) return false;
    const auto same = [&](const request& one) { return one.node == change.path; };
    switch (change.what) {
        case tree_change::kind::created: where.requests.push_back({change.path, permits, false}); break;
        case tree_change::kind::removed: where.requests.remove_if(same); break;
        case tree_change::kind::changed: {
            request& written = *std::ranges::find_if(where.requests, same);
            writes_[change.path].insert(zxid);
            const bool out_of_order = !written.granted && expect_room(where, written);
            written.granted = true;
            return out_of_order;
        }
    }
    return false;
}

bool permit_history::expect_room(const semaphore& where, const request& granted) const {
    std::uint64_t held = granted.permits;
    std::uint64_t ahead = 0;
    bool behind = false;
    bool older_waits = false;
    for (const request& one : where.requests) {
        behind = behind || &one == &granted;
        if (!behind) ahead += one.permits;
        older_waits = older_waits || (!behind && !one.granted);
        if (one.granted) held += one.permits;
    }
    if (held > where.limit)
        throw violation("I1", granted.node + " makes " + std::to_string(held) + " permits of " +
                                  std::to_string(where.limit));
    if (ahead + granted.permits > where.limit)
        throw violation("I1", granted.node + " passes those before it");
    return older_waits;
}

const std::set<std::int64_t>& permit_history::writes(const std::string& node) { return writes_[node]; }

std::int64_t permit_history::granted_at(const std::string& node) const {
    const auto found = writes_.find(node);
    return found == writes_.end() || found->second.empty() ? 0 : *found->second.begin();
}

std::string permit_history::overlooked() const {
    for (const auto& [path, where] : semaphores_)
        for (const request& one : where.requests)
            if (!one.granted && has_room(where, one)) return one.node;
    return {};
}

bool permit_history::its_turn(const std::string& node) const {
    const auto where = semaphores_.find(parent_of(node));
    if (where == semaphores_.end()) return false;
    for (const request& one : where->second.requests) {
        if (one.node == node) return one.granted || has_room(where->second, one);
    }
    return false;
}

bool permit_history::has_room(const semaphore& where, const request& wanted) {
    std::uint64_t held = wanted.permits;
    std::uint64_t taken = wanted.permits;
    bool behind = false;
    for (const request& one : where.requests) {
        behind = behind || &one == &wanted;
        held += one.granted ? one.permits : 0;
        taken += behind ? 0 : one.permits;
    }
    return taken <= where.limit && held <= where.limit;
}

}  // namespace paddock::testing
