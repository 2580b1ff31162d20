#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "tests/sim/pipe.hpp"
#include "tests/sim/virtual_environment.hpp"

namespace paddock::testing {

using server_number = std::size_t;

struct quorum_options {
    std::size_t servers = 3;
    std::chrono::nanoseconds message = std::chrono::milliseconds(1);  ///< up to this long between two servers
    std::chrono::nanoseconds storage = std::chrono::microseconds(200);  ///< up to this long to log a write
    std::chrono::nanoseconds tick = std::chrono::milliseconds(500);
    int patience_ticks = 5;  ///< a broken quorum link is noticed within them
    std::chrono::nanoseconds election =
        std::chrono::milliseconds(400);  ///< up to this long, with a majority there
};

/// The servers among themselves: who leads, which write is agreed, who has applied it. ZooKeeper's atomic broadcast (Zab:
/// Junqueira, Reed, Serafini, 2011) reduced to what clients can notice: writes take effect in one order; a follower is
/// behind; what a dying leader had proposed may survive or not; a leader that is cut off goes on answering for a while.
///
/// It knows nothing of what a write means: entries carry a number and two closures.
class quorum {
public:
    enum class role { down, looking, following, leading };

    /// What the layer above does with all this.
    class machine {
    public:
        virtual ~machine() = default;
        /// `at` leads now and has applied all that was ever agreed: what it prepares builds on that.
        virtual void lead(server_number at) = 0;
        /// `at` applies an agreed entry. Every server applies each once, and all in the same order.
        virtual void apply(server_number at, std::uint64_t entry, std::int64_t zxid) = 0;
        /// `at` serves clients from now on, or no longer.
        virtual void serve(server_number at, bool on) = 0;
    };
    /// Run by the leader when it takes the write: what it checks, it checks against all that it has proposed before.
    using preparation = std::function<void(server_number leader, std::uint64_t entry, std::int64_t zxid)>;
    using consequence = std::function<void()>;

    quorum(virtual_environment& world, machine& above, const quorum_options& options, std::uint64_t seed);
    ~quorum();
    quorum(const quorum&) = delete;
    quorum& operator=(const quorum&) = delete;

    /// Elects a leader at once, for the beginning.
    void start();

    /// A write that a client of `at` wants. `then` runs at `at` once it has applied it; if `at` stops serving before, never.
    void write(server_number at, preparation what, consequence then);
    /// Runs `then` at `at` once it has applied what its leader had agreed to when it was asked. A leader answers its own
    /// clients at once, whatever is still being agreed, and whether it still leads or not (hazard E16).
    void sync(server_number at, consequence then);
    /// Asks the leader that `at` follows, behind what `at` has sent it before, and runs `then` at `at` with its answer.
    void consult(server_number at, std::function<bool(server_number leader)> question,
                 std::function<void(bool)> then);
    /// As a write of the leader's own, but with all that is on its way between servers that reach each other it takes
    /// effect at once. False without a leader.
    bool decree(const preparation& what);

    // Faults.
    void kill(server_number at);
    void restart(server_number at);
    /// No message passes between `at` and the other servers; both sides notice only after a while.
    void isolate(server_number at, bool on);
    /// `at` applies what is agreed only so long after it has heard of it.
    void lag(server_number at, std::chrono::nanoseconds behind);
    /// The leader's counter, the low word of a zxid, has so many numbers left; then it steps down (hazard E18).
    void fill_counter(std::uint32_t left);

    // Views.
    [[nodiscard]] role role_of(server_number at) const { return members_.at(at)->now; }
    [[nodiscard]] bool serves(server_number at) const;
    /// The one that can get a write agreed.
    [[nodiscard]] std::optional<server_number> leader() const;
    /// The last one that was.
    [[nodiscard]] server_number last_leader() const { return last_leader_; }
    [[nodiscard]] std::int64_t applied(server_number at) const;
    /// It has lost its leader, or as a leader its majority, and may not have noticed yet.
    [[nodiscard]] bool cut_off(server_number at) const { return broken(*members_.at(at)); }
    [[nodiscard]] std::uint64_t full_counters() const { return full_counters_; }
    [[nodiscard]] std::size_t size() const { return members_.size(); }

private:
    struct entry {
        std::uint64_t number;
        std::int64_t zxid;
        server_number origin;
        std::uint64_t service;  // of the origin's
        consequence then;
    };
    using log = std::vector<std::shared_ptr<entry>>;
    struct member {
        server_number number = 0;
        role now = role::looking;
        bool isolated = false;
        bool serving = false;
        std::uint64_t service = 0;  // changes when it stops serving
        std::int64_t epoch = 0;     // of the leader it has turned to
        std::int64_t log_epoch =
            0;  // of the leader it has its log from: the latest log is right, not the longest
        log entries;
        std::size_t agreed = 0;   // so many it knows to be agreed
        std::size_t applied = 0;  // so many it has applied
        std::chrono::nanoseconds behind{0};
        std::size_t waiting = 0;          // things in `inbox`
        std::shared_ptr<sim_pipe> inbox;  // what it has heard and does not act on yet, being behind
        detail::scheduled_call notice;    // of a broken link

        // As a follower.
        std::shared_ptr<member> leader;
        std::shared_ptr<sim_pipe> to_leader;
        std::shared_ptr<sim_pipe> from_leader;

        // As a leader.
        bool established = false;
        std::int64_t next_zxid = 0;
        std::vector<std::size_t> logged;                        // so many entries, by server
        std::deque<std::pair<std::size_t, consequence>> syncs;  // when so many are agreed
    };
    using who = std::shared_ptr<member>;
    static constexpr std::int64_t full_counter = 0xffffffff;

    [[nodiscard]] std::chrono::nanoseconds up_to(std::chrono::nanoseconds longest);
    [[nodiscard]] bool majority(std::size_t count) const { return 2 * count > members_.size(); }
    [[nodiscard]] static bool reach(const member& one, const member& other);
    [[nodiscard]] bool broken(const member& at) const;
    [[nodiscard]] std::vector<who> followers(const who& of) const;

    // broadcast.cpp: a write's way
    void take(const who& leader, server_number origin, std::uint64_t service, const preparation& what,
              consequence then);
    void propose(const who& leader, const who& to, const std::shared_ptr<entry>& one);
    void has_logged(const who& leader, server_number by, std::size_t count);
    void agree(const who& leader);
    void act(const who& at, std::function<void()> what);
    void apply(const who& at, std::size_t count);

    // election.cpp: who leads
    void establish(const who& leader);
    void follow(const who& at, const who& leader);
    void synchronise(const who& at);
    void lead(const who& at);
    void look(const who& at);
    void leave(const who& at, role next);
    void serve(const who& at, bool on);
    void check_links();
    void elect_later();
    void elect();

    virtual_environment& world_;
    machine& above_;
    const quorum_options options_;
    std::mt19937_64 random_;
    std::vector<who> members_;
    std::uint64_t entries_ = 0;
    server_number last_leader_ = 0;
    std::uint64_t full_counters_ = 0;
    detail::scheduled_call election_;
};

}  // namespace paddock::testing
