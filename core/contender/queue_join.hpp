#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/backoff.hpp"
#include "core/contender/contender_settings.hpp"
#include "core/contender/joined_node.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

using settings_ptr = std::shared_ptr<const contender_settings>;

/// Joins queues on behalf of an operation: one node in each directory, all in one write, so that two that join several
/// queues are in the same order in all that they share. Nothing of it stays behind, whatever becomes of replies.
class queue_join {
public:
    /// `queues` have different directories.
    queue_join(operation_base& whom, const std::vector<settings_ptr>& queues);

    /// Fills `mine` with a node for each queue, read together with its directory. Errors are final, or a `round_end`.
    asio::awaitable<error_code> run(std::shared_ptr<session> home, std::vector<joined_node>& mine);

private:
    using nodes = std::vector<joined_node>;

    asio::awaitable<error_code> join_as(std::shared_ptr<session> home, const std::string& uuid, nodes& mine,
                                        bool& uncertain);
    asio::awaitable<error_code> create_and_list(session& home, const std::string& uuid, nodes& mine,
                                                bool& unknown);
    asio::awaitable<error_code> create_together(session& home, const std::string& uuid, nodes& mine,
                                                bool& unknown);
    asio::awaitable<error_code> resolve(std::shared_ptr<session> home, const std::string& uuid, nodes& mine);
    asio::awaitable<error_code> find(std::shared_ptr<session> home, const std::string& uuid,
                                     std::size_t which, joined_node& mine);
    asio::awaitable<error_code> adopt(std::shared_ptr<session> home, joined_node& mine);
    asio::awaitable<error_code> adopt_all(session& home, nodes& mine);
    static error_code adopt_as(const stat_reply& seen, session& home, joined_node& mine);
    asio::awaitable<error_code> create_parents(session& home);
    asio::awaitable<void> back_off(bool to_the_end = false);

    operation_base& whom_;
    const std::vector<settings_ptr>& queues_;
    backoff delays_{std::chrono::milliseconds(10), std::chrono::seconds(2)};
};

}  // namespace paddock::detail
