#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <paddock/contender_info.hpp>

#include "core/client_core.hpp"
#include "core/contender/contender_settings.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

/// What a contender's node says of it. Pure.
contender_info describe_contender(const queue_entry& entry, grant_rule grant, get_reply node);

/// Reads who is in a recipe's queue: one getChildren (and getData, if the recipe has a record), and one getData for each of the first `most`, in flights of
/// bounded size. A read, so it is tried again over lost connections until its deadline.
class queue_listing final : public operation<std::vector<contender_info>> {
public:
    queue_listing(std::shared_ptr<client_core> core, std::shared_ptr<const contender_settings> queue,
                  queue_order order, std::size_t most, sink_type sink);
    /// On core's executor.
    void start();

private:
    static asio::awaitable<void> run(std::shared_ptr<queue_listing> self);
    asio::awaitable<reply> read(session& home, std::vector<contender_info>& found);
    asio::awaitable<reply> read_nodes(session& home, const std::vector<queue_entry>& entries,
                                      std::vector<contender_info>& found);

    const std::shared_ptr<client_core> core_;
    const std::shared_ptr<const contender_settings> queue_;
    const queue_order order_;
    const std::size_t most_;
};

}  // namespace paddock::detail
