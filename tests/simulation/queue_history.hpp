#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/sim/tree.hpp"

namespace paddock::testing {

/// The queues below some directories at every zxid that was ever agreed on, however far the servers that clients talk
/// to are behind.
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
    /// It was among the holders at some zxid.
    [[nodiscard]] bool ever_held(const std::string& node) const { return held_.contains(node); }
    /// It is among them now.
    [[nodiscard]] bool holds(const std::string& node) const;
    /// Nodes of one acquisition beyond its first, now.
    [[nodiscard]] std::size_t twins() const { return twins_; }

private:
    struct queue {
        std::vector<std::string> names;  // oldest first
        std::set<std::string> holders;   // paths
    };
    void count_twin(std::string_view name, int by);

    const rule holders_;
    std::map<std::string, queue> queues_;
    std::unordered_map<std::string, int> acquisitions_;
    std::unordered_map<std::string, std::int64_t> created_;
    std::set<std::string> held_;
    std::size_t twins_ = 0;
};

}  // namespace paddock::testing
