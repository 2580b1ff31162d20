#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <paddock/lease.hpp>

#include "core/client_core.hpp"
#include "core/contender/queue_plan.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

/// What one recipe object asks for with every acquire.
struct contender_settings {
    std::string directory;  ///< path at the server
    std::string kind;       ///< what names its nodes, for instance "lock-"
    plan_function plan;
    std::vector<acl> acls;  ///< of the contender's node
    std::vector<std::pair<std::string, std::vector<acl>>>
        parents;                                   ///< the directory's levels, outermost first
    std::function<std::string()> data;             ///< of the contender's node, made when it joins
    std::function<void(std::size_t)> on_position;  ///< may be empty
};

/// A node that stands for this contender in the queue of one session. Dropping it deletes the node.
struct joined_node {
    std::shared_ptr<session> home;
    std::string path;
    stat node;
    budget_share share;
    watch_ticket own_watch;   ///< on `path`, while waiting
    std::uint64_t epoch = 0;  ///< connection on which `children` was read
    std::vector<std::string>
        children;  ///< listing sent together with the create; empty if it must be read again

    joined_node() = default;
    joined_node(const joined_node&) = delete;  // an assignment would lose the node it had
    joined_node& operator=(const joined_node&) = delete;
    ~joined_node();
};

/// The one acquire machine of every queue-shaped recipe: join, decide, wait, and on every way out but a grant a
/// delete obligation (design 5, "Contender"). It runs to its end in the background even when its caller has given up,
/// because what it created must be found and deleted; the session's end bounds that.
class contender final : public operation<lease> {
public:
    contender(std::shared_ptr<client_core> core, std::shared_ptr<const contender_settings> settings,
              bool may_queue, sink_type sink);

    /// Starts it on core's executor.
    void start();

private:
    enum class next { granted, again, stop };

    static asio::awaitable<void> run(std::shared_ptr<contender> self);
    asio::awaitable<next> compete(std::shared_ptr<session> home);

    // join.cpp
    asio::awaitable<error_code> join(std::shared_ptr<session> home, joined_node& mine);
    asio::awaitable<error_code> join_as(std::shared_ptr<session> home, const std::string& uuid,
                                        joined_node& mine, bool& uncertain);
    asio::awaitable<error_code> create_and_list(session& home, const std::string& prefix, joined_node& mine,
                                                bool& unknown);
    asio::awaitable<error_code> resolve(std::shared_ptr<session> home, const std::string& uuid,
                                        joined_node& mine);
    asio::awaitable<error_code> create_parents(session& home);

    // turn.cpp
    asio::awaitable<error_code> wait_for_turn(joined_node& mine);
    [[nodiscard]] queue_plan decide(joined_node& mine) const;
    asio::awaitable<error_code> read_children(joined_node& mine);
    asio::awaitable<error_code> watch_and_wait(joined_node& mine, const std::string& predecessor);
    asio::awaitable<error_code> confirm(joined_node& mine);
    void watch_own(joined_node& mine);
    void report_position(std::size_t ahead);

    bool grant(joined_node& mine);
    asio::awaitable<void> back_off();

    const std::shared_ptr<client_core> core_;
    const std::shared_ptr<const contender_settings> settings_;
    const bool may_queue_;
    backoff delays_{std::chrono::milliseconds(10), std::chrono::seconds(2)};
    std::size_t position_ = SIZE_MAX;
    bool woken_ = false;
    bool own_fired_ = false;
    scheduled_call look_again_;  // when the own node could not be watched
};

}  // namespace paddock::detail
