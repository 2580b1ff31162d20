#include "tests/sim/tree.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace paddock::testing {

namespace {

// Counters of a server are Java ints: they wrap.
std::int32_t wrapped(std::int64_t value) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
}

std::string sequence_text(std::int32_t number) {
    char text[16];
    std::snprintf(text, sizeof text, "%010d", number);
    return text;
}

bool is_ephemeral(create_mode mode) {
    return mode == create_mode::ephemeral || mode == create_mode::ephemeral_sequential;
}

}  // namespace

bool is_sequential(create_mode mode) {
    return mode == create_mode::sequential || mode == create_mode::ephemeral_sequential;
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

sim_tree::sim_tree() { nodes_["/"].record.acls.emplace_back(); }

error_code sim_tree::create(const new_node& wanted, txn& into, std::string& path) {
    if (wanted.acls.empty()) return server_errc::invalid_acl;
    const auto parent = nodes_.find(parent_of(wanted.path));
    if (parent == nodes_.end()) return server_errc::no_node;
    const std::int32_t count = parent->second.record.creates;
    path = wanted.path + (is_sequential(wanted.mode) ? sequence_text(count) : "");
    if (nodes_.contains(path)) return server_errc::node_exists;
    if (parent->second.record.owner != 0) return server_errc::no_children_for_ephemerals;

    tree_change made;
    made.what = tree_change::kind::created;
    made.path = path;
    made.after.data = wanted.data;
    made.after.acls = wanted.acls;
    made.after.czxid = made.after.mzxid = made.after.pzxid = into.zxid;
    made.after.created_ms = made.after.modified_ms = into.wall_ms;
    made.after.owner = is_ephemeral(wanted.mode) ? wanted.session : 0;
    made.after.container = wanted.mode == create_mode::container;
    made.parent_creates_before = count;
    const bool stuck = full_ == overflow::sticks && count == std::numeric_limits<std::int32_t>::max();
    made.parent_creates_after = stuck ? count : wrapped(std::int64_t{count} + 1);
    made.parent_pzxid_before = parent->second.record.pzxid;
    insert(path, made.after, made.parent_creates_after, into.zxid);
    into.changes.push_back(std::move(made));
    return {};
}

error_code sim_tree::set(const std::string& path, const std::string& data, std::int32_t version, txn& into) {
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return server_errc::no_node;
    node_record& record = found->second.record;
    if (version != -1 && version != record.version) return server_errc::bad_version;

    tree_change made;
    made.what = tree_change::kind::changed;
    made.path = path;
    made.before = record;
    record.data = data;
    record.version = wrapped(std::int64_t{record.version} + 1);
    record.mzxid = into.zxid;
    record.modified_ms = into.wall_ms;
    made.after = record;
    into.changes.push_back(std::move(made));
    return {};
}

error_code sim_tree::remove(const std::string& path, std::int32_t version, txn& into) {
    if (path == "/") return bad_arguments;
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return server_errc::no_node;
    if (version != -1 && version != found->second.record.version) return server_errc::bad_version;
    if (!found->second.children.empty()) return server_errc::not_empty;
    remove_unchecked(path, into);
    return {};
}

error_code sim_tree::remove_container(const std::string& path, txn& into) {
    const auto found = nodes_.find(path);
    if (found != nodes_.end() && !found->second.record.container) return server_errc::bad_version;
    return remove(path, -1, into);
}

void sim_tree::remove_unchecked(const std::string& path, txn& into) {
    tree_change made;
    made.what = tree_change::kind::removed;
    made.path = path;
    made.before = nodes_.at(path).record;
    const node_record& parent = nodes_.at(parent_of(path)).record;
    made.parent_creates_before = made.parent_creates_after = parent.creates;
    made.parent_pzxid_before = parent.pzxid;
    erase(path, made.parent_creates_after, into.zxid);
    into.changes.push_back(std::move(made));
}

void sim_tree::remove_owned(std::int64_t session, txn& into) {
    for (const auto& path : owned(session)) remove_unchecked(path, into);
}

bool sim_tree::set_create_count(const std::string& path, std::int32_t count) {
    const auto found = nodes_.find(path);
    if (found != nodes_.end()) found->second.record.creates = count;
    return found != nodes_.end();
}

void sim_tree::insert(const std::string& path, const node_record& record, std::int32_t parent_creates,
                      std::int64_t parent_pzxid) {
    node& parent = nodes_.at(parent_of(path));
    parent.children.insert(name_of(path));
    parent.record.creates = parent_creates;
    parent.record.pzxid = parent_pzxid;
    nodes_[path].record = record;
    if (record.owner != 0) owned_[record.owner].insert(path);
}

void sim_tree::erase(const std::string& path, std::int32_t parent_creates, std::int64_t parent_pzxid) {
    node& parent = nodes_.at(parent_of(path));
    parent.children.erase(name_of(path));
    parent.record.creates = parent_creates;
    parent.record.pzxid = parent_pzxid;
    const auto found = nodes_.find(path);
    if (const auto owner = owned_.find(found->second.record.owner); owner != owned_.end()) {
        owner->second.erase(path);
        if (owner->second.empty()) owned_.erase(owner);
    }
    nodes_.erase(found);
}

void sim_tree::apply(const txn& done) {
    for (const auto& change : done.changes) switch (change.what) {
            case tree_change::kind::created:
                insert(change.path, change.after, change.parent_creates_after, done.zxid);
                break;
            case tree_change::kind::removed:
                erase(change.path, change.parent_creates_after, done.zxid);
                break;
            case tree_change::kind::changed: {
                node_record& record = nodes_.at(change.path).record;
                const auto creates = record.creates;
                record = change.after;
                record.creates = creates;
            }
        }
}

void sim_tree::undo(const txn& done) {
    for (auto at = done.changes.rbegin(); at != done.changes.rend(); ++at) switch (at->what) {
            case tree_change::kind::created:
                erase(at->path, at->parent_creates_before, at->parent_pzxid_before);
                break;
            case tree_change::kind::removed:
                insert(at->path, at->before, at->parent_creates_before, at->parent_pzxid_before);
                break;
            case tree_change::kind::changed: nodes_.at(at->path).record = at->before;
        }
}

const node_record* sim_tree::find(const std::string& path) const {
    const auto found = nodes_.find(path);
    return found == nodes_.end() ? nullptr : &found->second.record;
}

std::optional<stat> sim_tree::stat_of(const std::string& path) const {
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return std::nullopt;
    const node_record& record = found->second.record;
    const auto children = static_cast<std::int32_t>(found->second.children.size());
    stat out;
    out.czxid = record.czxid;
    out.mzxid = record.mzxid;
    out.created_ms = record.created_ms;
    out.modified_ms = record.modified_ms;
    out.version = record.version;
    out.children_version = wrapped(2 * std::int64_t{record.creates} - children);  // creates + deletes
    out.ephemeral_owner = record.owner;
    out.data_length = static_cast<std::int32_t>(record.data.size());
    out.children = children;
    return out;
}

std::vector<std::string> sim_tree::children(const std::string& path) const {
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return {};
    return {found->second.children.begin(), found->second.children.end()};
}

bool sim_tree::has_child_like(const std::string& beginning) const {
    const auto parent = nodes_.find(parent_of(beginning));
    if (parent == nodes_.end()) return false;
    const std::string name = name_of(beginning);
    const auto found = parent->second.children.lower_bound(name);
    return found != parent->second.children.end() && found->starts_with(name);
}

bool sim_tree::is_first(const std::string& path) const {
    const node_record* const own = find(path);
    const std::string parent = parent_of(path);
    return own != nullptr && std::ranges::none_of(nodes_.at(parent).children, [&](const std::string& name) {
               const node_record* const other = find(parent == "/" ? parent + name : parent + "/" + name);
               return other->owner != 0 && other->czxid < own->czxid;
           });
}

std::vector<std::string> sim_tree::owned(std::int64_t session) const {
    const auto found = owned_.find(session);
    if (found == owned_.end()) return {};
    return {found->second.begin(), found->second.end()};
}

std::vector<std::string> sim_tree::abandoned_containers() const {
    std::vector<std::string> out;
    for (const auto& [path, kept] : nodes_)
        if (kept.record.container && kept.children.empty() && kept.record.creates > 0) out.push_back(path);
    std::ranges::sort(out);
    return out;
}

std::vector<std::string> sim_tree::paths() const {
    std::vector<std::string> out;
    for (const auto& [path, kept] : nodes_)
        if (path != "/") out.push_back(path);
    std::ranges::sort(out);
    return out;
}

}  // namespace paddock::testing
