#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/support/fake_link.hpp"
#include "tests/support/fake_tree.hpp"

namespace paddock::testing {

/// One server's view of the tree and the watches left with it. A follower's view may be behind the leader's.
class fake_replica {
public:
    using notifier = std::function<void(fake_link&, const std::string& path, detail::watch_event)>;

    explicit fake_replica(notifier notify) : notify_(std::move(notify)) {}
    /// A follower that starts with what `other` knows.
    fake_replica(const fake_replica& other, notifier notify);

    fake_tree tree;
    std::chrono::nanoseconds lag{0};  ///< how long after the commit it applies
    bool cut_off = false;             ///< hears nothing from the leader

    [[nodiscard]] std::int64_t applied() const { return applied_; }
    /// The leader's way: the tree shows the transaction already.
    void applied(const txn& done);
    /// The follower's way: the transaction is applied by `catch_up`, at the latest when `timer` calls it.
    void learn(std::shared_ptr<const txn> done, detail::scheduled_call timer);
    void catch_up(std::int64_t zxid);

    void watch(const std::string& path, const std::shared_ptr<fake_link>& link);
    void unwatch(const std::string& path, fake_link& link);
    void forget(fake_link& link);

private:
    struct lesson {
        std::shared_ptr<const txn> done;
        detail::scheduled_call timer;
    };
    void fire(const std::string& path, detail::watch_event event);

    notifier notify_;
    std::int64_t applied_ = 0;
    std::deque<lesson> backlog_;
    std::unordered_map<std::string, std::vector<std::weak_ptr<fake_link>>>
        watches_;  // in order of registration
};

}  // namespace paddock::testing
