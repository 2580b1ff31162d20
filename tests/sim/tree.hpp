#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <paddock/error.hpp>
#include <paddock/types.hpp>

#include "core/boot_time.hpp"

namespace paddock::testing {

/// What a server keeps of one node, its children's names apart.
struct node_record {
    std::string data;
    std::vector<acl> acls;
    std::int64_t czxid = 0;
    std::int64_t mzxid = 0;
    std::int64_t pzxid = 0;  ///< of the last change of its children, or its own creation
    std::int64_t created_ms = 0;
    std::int64_t modified_ms = 0;
    std::int64_t owner = 0;
    std::int32_t version = 0;
    std::int32_t creates = 0;  ///< child creations: where sequence numbers come from
    bool container = false;
};

/// One effect of a write, complete enough to repeat it on another server or to take it back.
struct tree_change {
    enum class kind { created, changed, removed };
    kind what = kind::created;
    std::string path;
    node_record before;
    node_record after;
    std::int32_t parent_creates_before = 0;
    std::int32_t parent_creates_after = 0;
    std::int64_t parent_pzxid_before = 0;
};

/// All effects of one committed write, under one zxid.
struct txn {
    std::int64_t zxid = 0;
    std::int64_t wall_ms = 0;
    std::vector<tree_change> changes;
};

struct new_node {
    std::string path;
    std::string data;
    create_mode mode = create_mode::persistent;
    std::vector<acl> acls;
    std::int64_t session = 0;  ///< owner, if the mode is ephemeral
};

/// ZooKeeper's tree and the rules of its operations; no sessions, no watches, no time. Writes check, take
/// effect and add what they did to the transaction.
class sim_tree {
public:
    sim_tree();

    /// `path` becomes the node's real path, with the sequence number.
    error_code create(const new_node& node, txn& into, std::string& path);
    error_code set(const std::string& path, const std::string& data, std::int32_t version, txn& into);
    error_code remove(const std::string& path, std::int32_t version, txn& into);
    /// As the servers do on their own: only an empty container, whether it has been used or not.
    error_code remove_container(const std::string& path, txn& into);
    /// Removes every ephemeral node of the session.
    void remove_owned(std::int64_t session, txn& into);

    /// What happens to the counter of a parent past its last number: a busy server goes on with -2147483648,
    /// an idle one repeats 2147483647 for ever.
    enum class overflow { wraps, sticks };
    void when_full(overflow how) { full_ = how; }
    bool set_create_count(const std::string& path, std::int32_t count);

    void apply(const txn& done);
    void undo(const txn& done);

    [[nodiscard]] const node_record* find(const std::string& path) const;
    [[nodiscard]] std::optional<stat> stat_of(const std::string& path) const;
    [[nodiscard]] std::vector<std::string> children(const std::string& path) const;
    /// True if there is a node whose path begins so.
    [[nodiscard]] bool has_child_like(const std::string& beginning) const;
    /// True for the oldest ephemeral node of its parent: the first in the queue, if it is one.
    [[nodiscard]] bool is_first(const std::string& path) const;
    [[nodiscard]] std::vector<std::string> owned(std::int64_t session) const;
    /// Containers that have had children and have none any more. One that was never used stays for ever (hazard A9).
    [[nodiscard]] std::vector<std::string> abandoned_containers() const;
    [[nodiscard]] std::vector<std::string> paths() const;  ///< sorted, without the root
    [[nodiscard]] std::size_t size() const { return nodes_.size() - 1; }

private:
    struct node {
        node_record record;
        std::set<std::string> children;
    };
    void insert(const std::string& path, const node_record& record, std::int32_t parent_creates,
                std::int64_t parent_pzxid);
    void erase(const std::string& path, std::int32_t parent_creates, std::int64_t parent_pzxid);
    void remove_unchecked(const std::string& path, txn& into);

    std::unordered_map<std::string, node> nodes_;
    std::map<std::int64_t, std::set<std::string>> owned_;
    overflow full_ = overflow::wraps;
};

/// What a server answers to requests that make no sense, and our side of the C client to some that it does not send.
inline const error_code bad_arguments{-8, zookeeper_category()};

bool is_sequential(create_mode mode);
std::string parent_of(const std::string& path);
std::string name_of(const std::string& path);

}  // namespace paddock::testing
