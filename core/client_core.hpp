#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <paddock/client.hpp>

#include "core/backoff.hpp"
#include "core/callback_thread.hpp"
#include "core/checked_options.hpp"
#include "core/gate.hpp"
#include "core/lease_core.hpp"
#include "core/local_queue/place_table.hpp"
#include "core/operation.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {

/// A client without its threads: owns one session after another and all that callers wait for. Everything runs
/// on the environment's executor, but for the members marked "any thread".
class client_core final : public session_owner, public std::enable_shared_from_this<client_core> {
public:
    /// `handlers` runs users' handlers in order, `signals` the stop requests of lost leases.
    client_core(environment& world, checked_options options, post_task handlers, post_task signals);
    ~client_core() override;

    // Any thread.
    [[nodiscard]] const std::shared_ptr<gate>& entrance() const noexcept { return leases_->entrance; }
    [[nodiscard]] const post_task& handlers() const noexcept { return leases_->handlers; }
    [[nodiscard]] const checked_options& options() const noexcept { return options_; }
    [[nodiscard]] const std::shared_ptr<const lease_context>& leases() const noexcept { return leases_; }
    [[nodiscard]] place_table& places() noexcept { return places_; }
    [[nodiscard]] session_event snapshot() const;
    std::shared_ptr<void> subscribe(std::function<void(const session_event&)> handler);
    /// Blocks until connected; false when the time is over or the client is closed.
    bool wait_state(std::chrono::milliseconds timeout) const;

    // Core's executor.
    void start();
    /// Gives up all operations, ends the session; `done` follows once nothing is connected any more.
    void close(std::function<void()> done);
    [[nodiscard]] environment& world() noexcept { return world_; }
    [[nodiscard]] client_stats stats() const;

    /// Counts `what` among those to be given up at close; gives it up at once if the client is closed or refused.
    void admit(const std::shared_ptr<operation_base>& what);

    /// The present session once it is connected; null when `who` has been given up.
    asio::awaitable<std::shared_ptr<session>> usable_session(waiting_party& who);

    void on_session_change(session& which, session_state now, error_code reason) override;

private:
    struct listener {
        std::function<void(const session_event&)> handler;
    };
    void open_session();
    void session_lost(error_code reason);
    void give_up_all(error_code why);
    void publish(session_state now, error_code reason);

    environment& world_;
    const checked_options options_;
    const std::shared_ptr<const lease_context> leases_;
    place_table places_;
    const std::shared_ptr<client_stats> totals_ = std::make_shared<client_stats>();
    std::shared_ptr<session> session_;
    std::unordered_set<operation_base*> operations_;
    std::vector<waiting_party*> waiting_;  // for a session
    backoff reopening_{std::chrono::milliseconds(50), std::chrono::seconds(2)};
    scheduled_call reopen_;
    error_code refused_;  // why no session will ever come
    bool closed_ = false;

    mutable std::mutex guard_;  // of the rest
    mutable std::condition_variable changed_;
    session_event snapshot_;
    std::list<std::weak_ptr<listener>> listeners_;
};

}  // namespace paddock::detail
