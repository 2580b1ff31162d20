#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <paddock/client.hpp>

#include "core/environment.hpp"
#include "core/mailbox.hpp"
#include "core/session/delete_obligations.hpp"
#include "core/session/lease_keeper.hpp"
#include "core/session/listing_window.hpp"
#include "core/session/reported_contact.hpp"
#include "core/session/session_clock.hpp"
#include "core/session/session_limits.hpp"
#include "core/session/twin_sweeper.hpp"
#include "core/session/watch_registry.hpp"

namespace paddock::detail {

struct session_settings {
    session_parameters parameters;
    loss_policy on_loss = loss_policy::grace;
    bool quorum_checks = true;
    std::optional<std::chrono::milliseconds> heartbeat_interval;
};

class session;

/// Told of everything that becomes of a session; the client core.
class session_owner {
public:
    virtual ~session_owner() = default;
    virtual void on_session_change(session& which, session_state now, error_code reason) = 0;
};

/// One ZooKeeper session above the seam, from opening to its one end: judges its own life by its clock, keeps
/// leases, watches and delete obligations, sends heartbeats and nudges. Runs on the environment's executor.
/// After its end every waiter is told, every request completes, and it is never resumed (hazard C6).
class session final : public session_listener, public std::enable_shared_from_this<session> {
public:
    session(environment& world, session_settings settings, session_owner& owner,
            std::shared_ptr<client_stats> totals);
    ~session() override;

    void start();
    /// Ends it: at the server too, if that answers promptly. `done` is called once the handle is closed.
    void close(error_code reason, loss_reason why, std::function<void()> done);

    [[nodiscard]] bool connected() const noexcept { return connected_; }
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// Whether to pause before a request that led to nothing is sent again: while the connection is up the next refusal, or
    /// the next failure of a server to process it, would follow at once.
    [[nodiscard]] bool asks_for_pause(const reply& answer) const noexcept {
        return answer.what == fate::answered || (answer.what == fate::unknown && connected_);
    }
    [[nodiscard]] std::int64_t id() const noexcept { return id_; }
    [[nodiscard]] std::chrono::milliseconds timeout() const noexcept { return timeout_; }
    [[nodiscard]] environment& world() noexcept { return world_; }

    /// Requests: completed exactly once, as at the seam. What the server answers counts as contact.
    void create(const std::string& path, const std::string& data, create_mode mode,
                const std::vector<acl>& acls, reply_to<create_reply> done);
    void get(const std::string& path, reply_to<get_reply> done);
    void exists(const std::string& path, reply_to<stat_reply> done);
    void children(const std::string& path, reply_to<children_reply> done);
    void set(const std::string& path, const std::string& data, std::int32_t version,
             reply_to<stat_reply> done);
    void remove(const std::string& path, reply_to<reply> done);
    void multi(const std::vector<multi_op>& ops, reply_to<multi_reply> done);
    /// A get that leaves a watch; `fired` as in `watch_registry::announce`. The ticket comes at once.
    [[nodiscard]] watch_ticket watch(const std::string& path, std::function<void()> fired,
                                     reply_to<get_reply> done);
    /// The same with a listing: the watch fires when a child comes or goes, and when the node itself goes.
    [[nodiscard]] watch_ticket watch_children(const std::string& path, std::function<void()> fired,
                                              reply_to<children_reply> done);

    /// Completes when connected (true), or when the session has ended or `who` has been given up (false).
    /// With `to_the_end`, giving up does not stop it: somebody has to clean up.
    asio::awaitable<bool> wait_connected(waiting_party& who, bool to_the_end = false);

    void count_lost_lease() noexcept { ++totals_->leases_lost; }
    [[nodiscard]] lease_keeper& leases() noexcept { return *leases_; }
    [[nodiscard]] delete_obligations& obligations() noexcept { return *obligations_; }
    [[nodiscard]] watch_registry& watches() noexcept { return *watches_; }
    [[nodiscard]] session_limits& limits() noexcept { return limits_; }
    [[nodiscard]] listing_window& listings() noexcept { return listings_; }
    [[nodiscard]] twin_sweeper& twins() noexcept { return twins_; }
    [[nodiscard]] const std::shared_ptr<session_clock>& clock() const noexcept { return clock_; }
    [[nodiscard]] wire_counts counts() const;

    void on_connected(std::int64_t session_id, std::chrono::milliseconds timeout,
                      boot_time handshake_sent) override;
    void on_disconnected() override;
    void on_ended(error_code reason) override;
    void on_watch(const std::string& path, watch_event event) override;

    /// Time moved on: the lease keeper asks for this when deadlines may have changed.
    void schedule_pulse();
    /// Judges the session by its clock and ends it if it is over. True if it has ended.
    bool expired();

private:
    template <class Reply>
    bool refuse(const reply_to<Reply>& done);
    template <class Reply>
    reply_to<Reply> tracked(reply_to<Reply> done, bool is_write);
    template <class Reply>
    reply_to<Reply> watching(const std::string& path, watch_kind kind, reply_to<Reply> done);
    void answered(const reply& answer, boot_time sent, boot_time touched, bool is_write);
    void confirmed(boot_time sent, boot_time touched);
    void pulse();
    void heartbeat();
    [[nodiscard]] bool checks_leases() const;
    [[nodiscard]] boot_time heartbeat_due() const;
    void schedule_nudge();
    void nudge();
    void finish(error_code reason, loss_reason why);
    void tell_waiting();

    environment& world_;
    const session_settings settings_;
    session_owner* owner_;
    const std::shared_ptr<client_stats> totals_;
    std::unique_ptr<znode_api> handle_;
    std::shared_ptr<session_clock> clock_;
    std::shared_ptr<watch_registry> watches_;
    std::unique_ptr<lease_keeper> leases_;
    std::unique_ptr<delete_obligations> obligations_;
    session_limits limits_;
    listing_window listings_;
    twin_sweeper twins_{*this};

    bool connected_ = false;
    bool ended_ = false;
    std::int64_t id_ = 0;
    std::chrono::milliseconds timeout_{};
    std::vector<waiting_party*> waiting_;  // for the next connection, or the end
    std::deque<boot_time> unanswered_;     // send times, in the order of the replies
    boot_time last_sent_{};
    reported_contact reported_;
    boot_time last_heartbeat_{};
    std::chrono::nanoseconds usual_wait_{};
    scheduled_call pulse_;
    scheduled_call retell_;
    scheduled_call nudge_;
};

}  // namespace paddock::detail
