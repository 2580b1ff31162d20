#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "core/backoff.hpp"
#include "core/callback_thread.hpp"
#include "core/contender/contender_settings.hpp"
#include "core/contender/joined_node.hpp"
#include "core/contender/own_watches.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

/// Waits on behalf of an operation until it is a joined node's turn in its queue, and makes the grant certain.
class queue_turn {
public:
    /// `own` sees to the nodes of `whom`; `handlers` is where the position in the queue is told.
    queue_turn(operation_base& whom, std::shared_ptr<const contender_settings> queue, bool may_queue,
               own_watches& own, const post_task& handlers);

    /// Without an error it is the turn of `mine`, whose token is then that of the grant. Errors are final, or a
    /// `round_end`; `errc::timed_out` if it may not queue and others are ahead. After `round_end::own_changed` it may be
    /// called again.
    asio::awaitable<error_code> come(joined_node& mine);

private:
    struct wakes {
        bool any = false;
        backoff delays{std::chrono::milliseconds(10), std::chrono::seconds(2)};
    };
    [[nodiscard]] queue_plan decide(const joined_node& mine) const;
    asio::awaitable<error_code> follow(joined_node& mine, const queue_plan& plan);
    asio::awaitable<error_code> read_children(joined_node& mine);
    asio::awaitable<error_code> watch_predecessor(joined_node& mine, const std::string& name);
    asio::awaitable<error_code> watch_directory(joined_node& mine, const std::string& predecessor,
                                                watch_scope scope = watch_scope::directory);
    asio::awaitable<error_code> declare(joined_node& mine, const queue_plan& plan);
    asio::awaitable<error_code> take_turn(joined_node& mine, const queue_plan& plan);
    asio::awaitable<error_code> confirm(joined_node& mine);
    asio::awaitable<error_code> recall_grant(joined_node& mine, std::uint64_t epoch);
    [[nodiscard]] std::vector<multi_op> grant_ops(const joined_node& mine) const;
    asio::awaitable<void> sleep(const joined_node& mine);
    [[nodiscard]] std::function<void()> rouse() const;
    void report_position(std::size_t ahead);
    asio::awaitable<void> back_off();

    operation_base& whom_;
    const std::shared_ptr<const contender_settings> queue_;
    const bool may_queue_;
    own_watches& own_;
    const post_task& handlers_;
    std::size_t position_ = SIZE_MAX;
    const std::shared_ptr<wakes> wakes_ = std::make_shared<wakes>();  // callbacks may outlive this
};

}  // namespace paddock::detail
