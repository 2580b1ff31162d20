#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/sim/tree.hpp"

namespace paddock::testing {

/// The queues below some directories at every zxid that was ever agreed on, however far the servers that clients talk
/// to are behind. A node that is created and another that is removed in one write in one directory are a replacement: the
/// new one has the other's place.
class queue_history {
public:
    /// Of a directory's children, in the order of their creation, those that hold by the recipe's rule.
    using rule = std::function<std::vector<std::string>(const std::vector<std::string>& children)>;

    queue_history(const std::vector<std::string>& directories, rule holders);

    /// One agreed write. True when a queue has changed.
    bool apply(const txn& agreed);

    [[nodiscard]] bool alive(const std::string& node) const;
    /// The zxid of its creation; 0 for a node that never was.
    [[nodiscard]] std::int64_t created(const std::string& node) const;
    /// The zxid since which its place is taken: of its creation, or of that of the node whose place it took over.
    [[nodiscard]] std::int64_t placed(const std::string& node) const;
    /// The node that has taken over its place is there.
    [[nodiscard]] bool lives_on(const std::string& node) const;
    /// The zxids at which its turn came (0: never) and its node went.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> turn_of(const std::string& node) const;
    /// They were all among the holders at some zxid.
    [[nodiscard]] bool ever_held(const std::vector<std::string>& nodes) const;
    /// How many hold now.
    [[nodiscard]] std::size_t holders() const;
    /// It is among them now.
    [[nodiscard]] bool holds(const std::string& node) const;
    /// Nodes of one acquisition beyond its first, now.
    [[nodiscard]] std::size_t twins() const { return twins_; }

private:
    struct queue {
        std::vector<std::string> names;  // oldest first
        std::set<std::string> holders;   // paths
    };
    struct life {
        std::int64_t created = 0;
        std::int64_t placed = 0;
        std::int64_t held = 0;  // since then; 0: never
        std::int64_t gone = INT64_MAX;
        std::string heir;  // has taken over its place
    };
    void change(const tree_change& one, std::int64_t zxid, const std::string& replaced);
    void count_twin(const std::string& node, int by);

    const rule holders_;
    std::map<std::string, queue> queues_;
    std::unordered_map<std::string, int> acquisitions_;
    std::unordered_map<std::string, life> lives_;
    std::size_t twins_ = 0;
};

}  // namespace paddock::testing
