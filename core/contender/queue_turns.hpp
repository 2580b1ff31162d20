#pragma once

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/contender/own_watches.hpp"
#include "core/contender/queue_turn.hpp"

namespace paddock::detail {

/// Waits on behalf of an operation for the turns of all its nodes, in all their queues at once. Whose turn has come keeps it
/// until its node is gone. It has to take it at once: who stands behind it in that queue may have room beside it, and
/// learns of that from its grant or by looking itself, not while it waits elsewhere.
class queue_turns {
public:
    /// `mine` are the nodes joined in `queues`; they outlive this, like `whom`.
    queue_turns(operation_base& whom, const std::vector<std::shared_ptr<const contender_settings>>& queues,
                bool may_queue, std::vector<joined_node>& mine, const post_task& handlers);

    /// Without an error it was the turn of all of them at one moment. Errors: as `queue_turn::advance`.
    asio::awaitable<error_code> come();

private:
    asio::awaitable<void> sleep();
    [[nodiscard]] bool settled() const;
    asio::awaitable<error_code> confirm_all();

    operation_base& whom_;
    std::vector<joined_node>& mine_;
    own_watches own_;
    std::vector<queue_turn> turns_;
};

}  // namespace paddock::detail
