#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/link.hpp"
#include "tests/sim/tree.hpp"

namespace paddock::testing {

/// One server's view of the tree and the watches left with it.
class sim_replica {
public:
    using notifier = std::function<void(sim_link&, const std::string& path, detail::watch_event)>;

    explicit sim_replica(notifier notify) : notify_(std::move(notify)) {}

    sim_tree tree;

    [[nodiscard]] std::int64_t applied() const { return applied_; }
    void apply(const txn& done);

    void watch(const watch_key& what, const std::shared_ptr<sim_link>& link);
    void unwatch(const watch_key& what, sim_link& link);
    void forget(sim_link& link);

private:
    void fire(const std::string& path, detail::watch_event event);

    notifier notify_;
    std::int64_t applied_ = 0;
    std::map<watch_key, std::vector<std::weak_ptr<sim_link>>> watches_;  // in order of registration
};

}  // namespace paddock::testing
