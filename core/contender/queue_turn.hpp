#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "core/backoff.hpp"
#include "core/callback_thread.hpp"
#include "core/contender/contender_settings.hpp"
#include "core/contender/directory_reading.hpp"
#include "core/contender/joined_node.hpp"
#include "core/contender/own_watches.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

/// The way of a joined node through its queue, on behalf of an operation: decides, watches, makes the grant certain.
class queue_turn {
public:
    /// `own` sees to the nodes of `whom`; `handlers` is where the position in the queue is told.
    queue_turn(operation_base& whom, std::shared_ptr<const contender_settings> queue, bool may_queue,
               own_watches& own, const post_task& handlers);

    /// Goes on as far as the queue allows. Without an error it is the turn of `mine`, whose token is then that of the
    /// grant. `round_end::others_ahead`: to be called again once it is no longer `settled`; other errors are final, or a
    /// `round_end`; `errc::timed_out` if it may not queue and others are ahead.
    asio::awaitable<error_code> advance(joined_node& mine);
    /// To advance would change nothing: it is its turn, or nothing has happened that it waits for. `whom.wake` tells.
    [[nodiscard]] bool settled(const joined_node& mine) const;

private:
    struct wakes {
        bool any = false;
        backoff delays{std::chrono::milliseconds(10), std::chrono::seconds(2)};
    };
    [[nodiscard]] queue_plan decide(const joined_node& mine) const;
    asio::awaitable<error_code> follow(joined_node& mine, const queue_plan& plan);
    asio::awaitable<error_code> succeed(joined_node& mine, const queue_plan& left);
    asio::awaitable<error_code> read_children(joined_node& mine);
    asio::awaitable<error_code> watch_predecessor(joined_node& mine, const std::string& name);
    asio::awaitable<error_code> watch_directory(joined_node& mine, const std::string& predecessor,
                                                watch_scope scope = watch_scope::directory);
    asio::awaitable<error_code> declare(joined_node& mine, const queue_plan& plan);
    asio::awaitable<error_code> take_turn(joined_node& mine, const queue_plan& plan);
    asio::awaitable<error_code> confirm(joined_node& mine);
    asio::awaitable<error_code> recall_grant(joined_node& mine, std::uint64_t epoch);
    [[nodiscard]] std::vector<multi_op> grant_ops(const joined_node& mine) const;
    [[nodiscard]] std::function<void()> rouse() const;
    void report_position(std::size_t ahead);
    asio::awaitable<void> back_off();

    operation_base& whom_;
    const std::shared_ptr<const contender_settings> queue_;
    const bool may_queue_;
    own_watches& own_;
    const post_task& handlers_;
    std::size_t position_ = SIZE_MAX;
    bool came_ = false;
    bool waits_ = false;  ///< by one of:
    watch_ticket ahead_;
    std::optional<queue_plan> behind_;  ///< by `ahead_`: what was seen before that
    std::optional<directory_reading> around_;
    const std::shared_ptr<wakes> wakes_ = std::make_shared<wakes>();  // callbacks may outlive this
};

}  // namespace paddock::detail
