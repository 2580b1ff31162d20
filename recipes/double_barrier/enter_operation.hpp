#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/backoff.hpp"
#include "core/contender/acquire.hpp"
#include "core/node_reader.hpp"
#include "recipes/double_barrier/double_barrier_core.hpp"
#include "recipes/double_barrier/double_barrier_plan.hpp"

namespace paddock::detail {

/// Joins, and waits until a generation is in of which it is a member.
class enter_operation final : public acquire_operation {
public:
    enter_operation(std::shared_ptr<const double_barrier_core> on, sink_type sink);
    void start() override;

private:
    /// The watches of one joined node.
    struct place {
        place(operation_base& host, const joined_node& mine, const std::string& directory)
            : record(host, directory), own(host, mine.path) {}
        node_reader record;
        node_reader own;
        bool watching = false;
        std::int64_t record_zxid = 0;  // mzxid as read
    };

    static asio::awaitable<void> run(std::shared_ptr<enter_operation> self);
    asio::awaitable<error_code> take_part(std::shared_ptr<session> home, joined_node& mine);
    asio::awaitable<error_code> look(joined_node& mine, place& at);
    asio::awaitable<error_code> propose(joined_node& mine, const generation_record& next);
    asio::awaitable<error_code> confirm(joined_node& mine);
    asio::awaitable<void> sleep(const joined_node& mine, const place& at);
    asio::awaitable<void> back_off();

    const std::shared_ptr<const double_barrier_core> on_;
    const std::vector<settings_ptr> queues_;
    backoff delays_{std::chrono::milliseconds(10), std::chrono::seconds(2)};
};

}  // namespace paddock::detail
