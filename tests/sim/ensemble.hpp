#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/servers.hpp"

namespace paddock::testing {

/// What happens to requests on the way when a connection is cut.
enum class cut_position {
    before_arrival,  ///< the servers never see them
    after_arrival,   ///< they take effect; the replies are lost
};

/// A simulated ZooKeeper for every session that a virtual environment opens: the test's controls and views.
/// Calls take effect at once at the servers; clients learn of it when the test lets time or handlers run.
class sim_ensemble {
public:
    explicit sim_ensemble(virtual_environment& world, ensemble_options options = {});
    ~sim_ensemble();
    sim_ensemble(const sim_ensemble&) = delete;
    sim_ensemble& operator=(const sim_ensemble&) = delete;

    // Connections. `who` is the number of a handle: 1 for the first opened, then 2, ...
    void cut(handle_number who = every_handle, cut_position where = cut_position::before_arrival);
    /// Nothing gets through in either or one direction (a half-open connection), the connection stays. Afterwards all
    /// of it arrives, even what was sent on connections that the client has given up.
    void stall(bool on, handle_number who = every_handle, stalled_way way = stalled_way::both);
    void refuse_connections(bool on);
    void reject_credentials(bool on);
    /// The followers apply every write that late. One who has seen more than a server is not let in there.
    void lag(std::chrono::nanoseconds behind);
    /// Cuts the server of this connection off from the others: it answers reads and pings from what it knows,
    /// keeps nothing alive, and holds everything else back, until it notices.
    void isolate(handle_number who, bool on);
    /// The servers among themselves: `kill`, `restart`, `isolate`, `lag`.
    [[nodiscard]] quorum& servers() { return servers_->among; }
    /// All servers down (no session expires meanwhile) or up again (every session has its full timeout).
    void power(bool on);
    /// Delays and limits from now on.
    [[nodiscard]] ensemble_options& options() { return servers_->options; }

    // Planned faults: each is met by the first request of the kind that passes the filter, once.
    void fail_next(request_kind kind, fault_position where, const request_filter& filter = {});
    void answer_next(request_kind kind, error_code answer, const request_filter& filter = {});
    void before_next(request_kind kind, std::function<void()> action, const request_filter& filter = {});
    void after_next(request_kind kind, std::function<void()> action, const request_filter& filter = {});
    void fail_nth(const nth_fault& planned) { servers_->faults.add(planned); }
    /// Requests that have arrived, pings apart.
    [[nodiscard]] std::uint64_t arrivals() const { return servers_->faults.requests(); }
    /// Planned faults that no request has met yet.
    [[nodiscard]] std::size_t planned() const { return servers_->faults.unmet(); }
    void enable_random_faults(const fault_rates& rates, std::uint64_t seed);
    /// Also ends refusals and stalls.
    void disable_random_faults();

    // Sessions.
    void expire_session(std::int64_t id);
    /// It did not expire by itself: nothing that its client did could have prevented it.
    [[nodiscard]] bool ended_by_force(std::int64_t id) const { return servers_->forced_ends.contains(id); }
    [[nodiscard]] bool any_ended_by_force() const { return !servers_->forced_ends.empty(); }
    [[nodiscard]] std::vector<std::int64_t> sessions() const;
    [[nodiscard]] std::int64_t session_of(handle_number who) const;
    [[nodiscard]] std::size_t handles() const { return servers_->handles(); }
    /// That servers keep, their clients there or not.
    [[nodiscard]] std::size_t connections() const { return servers_->connections(); }

    // The tree, as an operator with a session of its own would change it.
    error_code create_by_operator(const std::string& path, const std::string& data = {},
                                  create_mode mode = create_mode::persistent, std::int64_t owner = 0);
    error_code set_by_operator(const std::string& path, const std::string& data);
    error_code remove_by_operator(const std::string& path);
    /// Removes the containers that have become empty, as the servers do from time to time.
    void reap();
    void deny(denial denied) { servers_->denied = std::move(denied); }
    void set_create_count(const std::string& path, std::int32_t count);
    void when_counters_are_full(sim_tree::overflow how) { servers_->when_counters_are_full(how); }

    // Views of the leader.
    [[nodiscard]] std::optional<stat> node(const std::string& path) const;
    [[nodiscard]] std::string data(const std::string& path) const;
    [[nodiscard]] std::vector<acl> acls(const std::string& path) const;
    [[nodiscard]] std::vector<std::string> children(const std::string& path) const;  ///< sorted
    [[nodiscard]] std::vector<std::string> paths() const;
    [[nodiscard]] std::vector<std::string> ephemerals(std::int64_t session) const;
    [[nodiscard]] std::size_t node_count() const;
    /// Watches of both kinds that servers keep for this handle.
    [[nodiscard]] std::size_t watches(handle_number who = every_handle) const;

    /// Connections with a data watch on this node.
    [[nodiscard]] std::size_t watchers(const std::string& path) const;
    [[nodiscard]] std::size_t child_watchers(const std::string& path) const;
    /// Watch events that servers have told this handle's connection.
    [[nodiscard]] std::size_t watch_events(handle_number who) const;
    /// How often a random fault has struck.
    [[nodiscard]] std::uint64_t faults_met() const { return servers_->faults.met(); }
    /// Told of every agreed write once, in order, when the first server applies it.
    void observe(std::function<void(const txn&)> observer) { servers_->observer = std::move(observer); }
    /// Where this handle is connected.
    [[nodiscard]] std::optional<server_number> server_of(handle_number who) const;
    /// When it sent the last of what has been answered, by the clock of its process.
    [[nodiscard]] detail::boot_time contact_of(handle_number who) const;

    // Counters and the record of events.
    [[nodiscard]] std::uint64_t requests(request_kind kind, handle_number who = every_handle) const;
    [[nodiscard]] std::vector<exchange> exchanges(handle_number who) const;
    /// Requests that came to the leader by another server than their session's.
    [[nodiscard]] std::uint64_t moved() const { return servers_->moved(); }
    [[nodiscard]] std::size_t network_waits(handle_number who, detail::boot_time from = {}) const;
    /// The situations that have come up. Schedules add what only they can see.
    [[nodiscard]] hazard_log& hazards() { return servers_->hazards; }
    [[nodiscard]] std::string trace(std::size_t lines = 60) const { return servers_->records.text(lines); }
    [[nodiscard]] std::uint64_t trace_hash() const { return servers_->records.hash(); }

private:
    std::shared_ptr<sim_servers> servers_;
};

}  // namespace paddock::testing
