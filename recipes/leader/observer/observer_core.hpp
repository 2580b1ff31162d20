#pragma once

#include <memory>
#include <optional>
#include <string>

#include <paddock/leader_observer.hpp>

#include "core/round_operation.hpp"
#include "core/teller.hpp"

namespace paddock::detail {

/// The driver of one observer, from its start until it is closed.
class observation final : public round_operation<bool> {
public:
    using told = std::optional<leadership>;

    observation(std::shared_ptr<client_core> client, std::string directory, std::shared_ptr<teller<told>> to);

private:
    /// What was read of the present leader, and the watches that say when it is out of date.
    struct view {
        std::string node;  ///< of the leader; empty: nobody leads
        std::string id;
        fencing_token token;
        budget_share share;
        watch_ticket on_leader;
        watch_ticket on_directory;
    };

    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    asio::awaitable<error_code> find_leader(session& home, view& seen);
    asio::awaitable<error_code> read_leader(session& home, view& seen);
    asio::awaitable<error_code> follow(std::shared_ptr<session> home, view& seen);
    asio::awaitable<error_code> wait_for_somebody(std::shared_ptr<session> home);
    asio::awaitable<void> sit_out(error_code ec);
    std::function<void()> rousing(bool& flag);
    void tell(told now);

    const std::string directory_;
    const std::shared_ptr<teller<told>> to_;
    std::optional<told> last_;
    fencing_token newest_;
    backoff patience_{std::chrono::milliseconds(50), std::chrono::seconds(1)};
    bool queue_changed_ = false;   ///< the leader's node, or, while nobody leads, the directory's children
    bool record_changed_ = false;  ///< the directory's data
};

/// One observer: outlives the public object while it is told of something.
class observer_core : public std::enable_shared_from_this<observer_core> {
public:
    observer_core(std::shared_ptr<client_core> on, std::string directory,
                  leader_observer::handler_type handler);

    // Any thread.
    error_code start();
    void close();

    const std::shared_ptr<client_core> client;
    const std::string path;
    const std::shared_ptr<teller<observation::told>> to;

private:
    const std::string directory_;
    std::shared_ptr<observation> running_;  // core's executor, as the next
    bool closed_ = false;
};

}  // namespace paddock::detail
