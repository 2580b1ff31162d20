#include "core/contender/queue_turns.hpp"

#include <cstddef>
#include <string>

#include "core/contender/confirm_nodes.hpp"
#include "core/contender/outcome.hpp"

namespace paddock::detail {

queue_turns::queue_turns(operation_base& whom,
                         const std::vector<std::shared_ptr<const contender_settings>>& queues, bool may_queue,
                         std::vector<joined_node>& mine, const post_task& handlers)
    : whom_(whom), mine_(mine), own_(whom, mine) {
    turns_.reserve(queues.size());
    for (const auto& queue : queues) turns_.emplace_back(whom, queue, may_queue, own_, handlers);
}

asio::awaitable<error_code> queue_turns::come() {
    const bool several = turns_.size() > 1;
    for (;;) {  // ends by all turns, a final error, the session's end or giving up
        bool waits = false;
        for (std::size_t i = 0; i < turns_.size(); ++i) {
            const error_code ec = co_await turns_[i].advance(mine_[i]);
            const bool later = ec == make_error_code(round_end::others_ahead);
            if (ec && !later) co_return ec;
            waits = waits || later;
        }
        if (!waits) break;
        co_await sleep();
        // The next listing of a queue shows its own node only.
        if (!several || !own_.fired()) continue;
        const error_code ec = co_await confirm_all();
        if (ec) co_return ec;
    }
    if (!several) co_return error_code();
    co_return co_await confirm_all();
}

asio::awaitable<void> queue_turns::sleep() {
    while (settled()) co_await whom_.wake.wait();
}

bool queue_turns::settled() const {
    for (std::size_t i = 0; i < turns_.size(); ++i) {
        if (!turns_[i].settled(mine_[i])) return false;
    }
    return true;
}

// The first may have lost its node while the last one waited.
asio::awaitable<error_code> queue_turns::confirm_all() {
    std::vector<std::string> paths;
    for (const joined_node& node : mine_) paths.push_back(node.path);
    std::uint64_t epoch = 0;
    const error_code ec = co_await confirm_nodes(whom_, *mine_.front().home, paths, epoch);
    if (!ec)
        for (joined_node& node : mine_) node.epoch = epoch;
    co_return ec;
}

}  // namespace paddock::detail
