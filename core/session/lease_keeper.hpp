#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/backoff.hpp"
#include "core/lease_core.hpp"
#include "core/session/session_clock.hpp"
#include "core/session/watch_registry.hpp"
#include "core/znode_api.hpp"

namespace paddock::detail {

class session;

/// The operations of a multi that demand the lease's nodes.
std::vector<multi_op> checks_of(const lease_core& held);

/// The leases of one session: watches their nodes, verifies them through the leader after each reconnect and with
/// every heartbeat, and announces what becomes of them.
class lease_keeper {
public:
    explicit lease_keeper(session& host) : host_(host) {}

    /// Takes charge of a lease just granted on the current connection. `share` is its part of the budgets; `presence` is
    /// let go when its nodes are gone, or a server has refused to delete one.
    void hold(const std::shared_ptr<lease_core>& granted, std::shared_ptr<void> share,
              std::shared_ptr<void> presence = {});

    /// Gives up the lease: its nodes become delete obligations. `done` may be empty.
    void release(const std::shared_ptr<lease_core>& held, std::function<void(release_result)> done);

    /// Forgets the lease without a word, for somebody who replaces its node. What is returned keeps the node's budget and
    /// watch; null if the lease is not held.
    [[nodiscard]] std::shared_ptr<void> detach(const std::shared_ptr<lease_core>& held);

    /// What somebody's quorum check of the node has shown.
    void found(const std::shared_ptr<lease_core>& held, std::uint64_t epoch);
    void missing(const std::shared_ptr<lease_core>& held);

    /// One quorum check for the session as a whole, of the lease whose turn it is.
    void heartbeat();

    void on_connected();
    /// States may have changed: tells the leases, drops the lost ones.
    void announce();
    /// When it was last seen to that all know their states.
    [[nodiscard]] boot_time announced_at() const noexcept { return announced_at_; }
    void end();

    [[nodiscard]] std::size_t count() const noexcept { return held_.size(); }

private:
    struct entry {
        std::shared_ptr<lease_core> lease;
        std::shared_ptr<void> share;
        std::shared_ptr<void> presence;
        std::vector<watch_ticket> watches;  // one a node; empty where none could be set
    };
    void watch_node(const std::shared_ptr<lease_core>& held, std::size_t which);
    void watch_unwatched(const std::shared_ptr<lease_core>& held);
    void watch_after(std::chrono::nanoseconds pause, const std::shared_ptr<lease_core>& held);
    std::function<void()> watch_again(const std::shared_ptr<lease_core>& held, std::size_t which);
    void remove(entry given_up, std::function<void(release_result)> done);
    std::function<void(release_result)> within_a_timeout(std::function<void(release_result)> done);
    void verify(std::vector<std::shared_ptr<lease_core>> batch);
    void verified(const std::vector<std::shared_ptr<lease_core>>& batch, std::uint64_t epoch,
                  const multi_reply& answer);
    void verify_later();
    void lost(const std::shared_ptr<lease_core>& which, loss_reason why);

    session& host_;
    std::map<std::string, entry> held_;  // by first node
    std::vector<std::weak_ptr<lease_core>> unwatched_;
    scheduled_call watch_;  ///< of these
    std::string last_checked_;
    boot_time announced_at_{};
    backoff delays_{std::chrono::milliseconds(100), std::chrono::seconds(2)};
    scheduled_call reverify_;
};

}  // namespace paddock::detail
