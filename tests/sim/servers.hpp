#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/ensemble_options.hpp"
#include "tests/sim/faults.hpp"
#include "tests/sim/hazard_watch.hpp"
#include "tests/sim/leadership.hpp"
#include "tests/sim/link.hpp"
#include "tests/sim/quorum.hpp"
#include "tests/sim/records.hpp"
#include "tests/sim/replica.hpp"
#include "tests/sim/requests.hpp"
#include "tests/sim/virtual_environment.hpp"

namespace paddock::testing {

/// The servers towards their clients: connections, sessions, requests, watches. What they agree on among themselves is
/// the quorum's affair. Lives as long as any handle.
class sim_servers final : private quorum::machine {
public:
    sim_servers(virtual_environment& world, const ensemble_options& chosen);

    // For sim_client.
    handle_number enroll(std::weak_ptr<sim_client> handle);
    /// A connection begins; the server keeps it until it has heard of its end.
    void dial(const std::shared_ptr<sim_link>& link);
    void arrive(const std::shared_ptr<sim_link>& link, const connect_request& what);
    void arrive(const std::shared_ptr<sim_link>& link, const set_watches_request& what);
    void arrive(const std::shared_ptr<sim_link>& link, const turn_ptr& turn);
    /// The client has dropped the connection: the server hears of it behind all that was sent before.
    void leave(sim_link& link);
    [[nodiscard]] std::chrono::nanoseconds delay();

    // For sim_ensemble.
    /// By an operator: takes effect at once. Nothing happens without a leader.
    void commit(const std::function<void(sim_tree&, txn&)>& write);
    void end_session(std::int64_t id, std::string_view why);
    void hang_up(const std::shared_ptr<sim_link>& link);
    void cut(const std::shared_ptr<sim_link>& link, bool requests_arrive);
    void stall(bool on, handle_number who, stalled_way way = stalled_way::both);
    /// The connections of this process's handles end without a farewell.
    void bury(const virtual_host& process);
    void lag(std::chrono::nanoseconds behind);
    void power(bool on);
    void reap();
    void set_create_count(const std::string& path, std::int32_t count);
    void when_counters_are_full(sim_tree::overflow how);
    [[nodiscard]] std::size_t handles() const { return handles_.size(); }
    [[nodiscard]] std::shared_ptr<sim_client> client(handle_number who) const;
    [[nodiscard]] std::vector<std::shared_ptr<sim_link>> links(handle_number who) const;
    [[nodiscard]] std::size_t watchers(const watch_key& what) const;
    /// What the last leader has applied.
    [[nodiscard]] const sim_replica& leading() const { return servers_[among.last_leader()]->replica; }
    [[nodiscard]] const sim_tree& tree() const { return leading().tree; }
    [[nodiscard]] std::vector<std::int64_t> sessions() const;
    [[nodiscard]] std::size_t connections() const;
    [[nodiscard]] std::uint64_t moved() const { return moved_; }

    virtual_environment& world;
    ensemble_options options;
    sim_records records;
    sim_faults faults;
    hazard_log hazards;
    hazard_watch situations{hazards};
    denial denied;
    std::function<void(const txn&)> observer;
    std::set<std::int64_t> forced_ends;  ///< sessions that `end_session` has ended
    bool refusing = false;
    bool rejecting = false;
    quorum among;

private:
    struct server {
        explicit server(sim_replica::notifier notify) : replica(std::move(notify)) {}
        sim_replica replica;
        std::map<std::int64_t, std::chrono::milliseconds> sessions;  // as applied
        std::vector<std::shared_ptr<sim_link>> connections;
        std::map<std::int64_t, std::shared_ptr<sim_link>> attached;
        // Of sessions' former connections, not agreed yet: what the session asks next waits for them.
        std::map<std::int64_t, std::vector<std::weak_ptr<sim_turn>>> left_behind;
        std::set<std::int64_t> touched;  // since the last report to the leader
        detail::scheduled_call report;
        std::unique_ptr<sim_leadership> leadership;
        detail::scheduled_call reaper;
    };
    struct proposal {
        txn what;
        std::int64_t opens = 0;
        std::int64_t closes = 0;
        std::chrono::milliseconds timeout{};
        bool asked_for = false;  // a session that its client closes is told before the connection ends
    };

    // quorum::machine
    void lead(server_number at) override;
    void apply(server_number at, std::uint64_t entry, std::int64_t zxid) override;
    void serve(server_number at, bool on) override;
    proposal& propose(std::uint64_t entry, std::int64_t zxid);

    // handshake.cpp
    void open_session(const std::shared_ptr<sim_link>& link, const connect_request& what);
    void attach(const std::shared_ptr<sim_link>& link, const connect_request& what);
    void admit(const std::shared_ptr<sim_link>& link, std::int64_t session, const connect_request& what);
    void welcome(const std::shared_ptr<sim_link>& link, const connect_response& answer);
    [[nodiscard]] bool is_full(const server& here) const;
    [[nodiscard]] std::chrono::milliseconds negotiated(std::chrono::milliseconds wanted) const;
    void close_former(server& here, std::int64_t session);
    void take_over(server& here, const std::shared_ptr<sim_link>& link);

    // sessions.cpp
    void touch(const sim_link& link);
    void report_touches(server_number at);
    void close_session(sim_leadership& leading, std::int64_t id, proposal& into);

    // connections.cpp
    void prepare(sim_link& link) const;
    void detach(sim_link& link);

    // turns.cpp
    static void queue(const std::shared_ptr<sim_link>& link, const turn_ptr& turn);
    void execute(const std::shared_ptr<sim_link>& link, const turn_ptr& turn);
    void order(const std::shared_ptr<sim_link>& link, const turn_ptr& turn);
    void finish(sim_turn& turn);
    void prepare_write(sim_leadership& leading, const sim_link& link, sim_turn& turn, proposal& into);
    void answer_in_order(const std::shared_ptr<sim_link>& link);
    void answer(const std::shared_ptr<sim_link>& link, const turn_ptr& turn);

    // mishaps.cpp
    bool survives_faults(const std::shared_ptr<sim_link>& link, const turn_ptr& turn);
    bool survives_dice(const std::shared_ptr<sim_link>& link, const turn_ptr& turn);
    void hold_up(const std::shared_ptr<sim_link>& link, const turn_ptr& turn);
    void stall_for_a_while(handle_number who, stalled_way way);
    void lose(const std::shared_ptr<sim_link>& link, const turn_ptr& turn, fault_position where);
    void refuse(const std::shared_ptr<sim_link>& link, const turn_ptr& turn, error_code why);
    void later(std::chrono::nanoseconds after, std::function<void()> action);

    // reaper.cpp
    void reap_later(server_number at);
    void reap(const std::string& path, server_number leader, txn& into);

    // notices.cpp
    [[nodiscard]] virtual_host::condition process_of(std::int64_t session) const;
    void notice_end(std::int64_t session, bool asked_for, const sim_tree& before);
    void notice_lost_leader();
    void notice_new_leader(server_number at);
    void notice_answer(const sim_link& link, const sim_turn& turn);

    /// Runs `what(client)` at the other end of the connection, after its delay.
    template <class Action>
    void tell(const sim_link& link, Action what) {
        link.to_client->push(delay(), [weak = link.client, what = std::move(what)] {
            if (const auto client = weak.lock()) what(*client);
        });
    }
    void note(const sim_link& link, std::string_view op, const std::string& path, const std::string& result);
    static std::string outcome(const error_code& ec);

    std::vector<std::weak_ptr<sim_client>> handles_;
    std::set<handle_number> stalled_to_server_;
    std::set<handle_number> stalled_to_client_;
    std::vector<std::unique_ptr<server>> servers_;
    std::map<std::uint64_t, proposal> proposals_;
    std::map<std::uint64_t, detail::scheduled_call> plans_;
    std::uint64_t next_plan_ = 0;
    std::int64_t newest_ = 0;  // zxid that some server has applied
    std::int64_t last_session_ = 0;
    std::uint64_t moved_ = 0;
    std::uint64_t full_counters_ = 0;
    std::optional<detail::boot_time> leaderless_since_;
    std::mt19937_64 order_{7};  // of children in replies: servers promise none
};

}  // namespace paddock::testing
