#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <random>
#include <vector>

#include "tests/sim/wire.hpp"

namespace paddock::testing {

/// Where a request meets its fault. In all of them the connection is cut and the outcome is unknown to the
/// client.
enum class fault_position {
    before_send,    ///< it never leaves; the connection ends at once
    before_commit,  ///< it arrives and is dropped; what was sent before has been answered
    forwarded,      ///< it is passed on to the leader, the connection ends at once; it takes effect later
    after_commit,   ///< it takes effect; its reply is never sent, what came behind it is not read
    on_reply,  ///< it takes effect, as does what came behind it; the connection ends when its reply is due
};

/// The direction of a connection.
enum class stalled_way { both, to_server, to_client };

/// Which request a rule is for: of this handle, after so many others of its kind, with this in its path.
struct request_filter {
    handle_number who = every_handle;
    std::size_t skip = 0;
    std::string path_part = {};
};

/// Probabilities, each per request that arrives at a server; zero switches a fault off.
struct fault_rates {
    double lose_unsent = 0;     ///< as before_send (per request that is sent)
    double lose_request = 0;    ///< as before_commit
    double lose_forwarded = 0;  ///< as forwarded
    double lose_reply = 0;      ///< as after_commit
    double lose_on_reply = 0;   ///< as on_reply
    double hold_up = 0;         ///< a thread of the server passes it on long after its connection has ended
    double cut = 0;             ///< the handle's connection, with all that is on the way
    double stall = 0;           ///< of the handle's connection, up to `longest`
    double half_open = 0;       ///< as stall, in one direction
    double refuse = 0;          ///< all connections, up to `longest`
    double expire = 0;          ///< the request's session
    double reap = 0;            ///< containers
    double throttle = 0;        ///< the request is refused
    std::chrono::nanoseconds longest = std::chrono::seconds(1);
};

/// What befalls the nth request that arrives at a server, the first being 0.
struct nth_fault {
    std::uint64_t request = 0;
    fault_position where = fault_position::before_commit;
    bool expires = false;  ///< instead: its session ends just before it
};

/// What the test has planned to go wrong, and a die for what it has not.
class sim_faults {
public:
    struct rule {
        request_kind kind;
        request_filter filter;
        std::optional<fault_position> position;
        error_code answer;             ///< given instead of executing
        std::function<void()> before;  ///< run by the server just before it executes
        std::function<void()> after;   ///< run just after
    };

    void add(rule planned) { rules_.push_back(std::move(planned)); }
    /// The rule that this request meets, used up by it. `sending` selects rules for before_send, else the
    /// others.
    std::optional<rule> meet(const request& what, handle_number who, bool sending);
    [[nodiscard]] std::size_t unmet() const { return rules_.size(); }

    /// Adds a fault at an exact place of an otherwise undisturbed run.
    void add(const nth_fault& planned) { nth_.push_back(planned); }
    /// The one that is planned for the request that arrives now.
    std::optional<nth_fault> count_request();
    [[nodiscard]] std::uint64_t requests() const { return requests_; }

    void roll(const fault_rates& rates, std::uint64_t seed);
    [[nodiscard]] const fault_rates& rates() const { return rates_; }
    bool hits(double probability);
    /// How often one of the probabilities has struck.
    [[nodiscard]] std::uint64_t met() const { return met_; }
    std::chrono::nanoseconds up_to(std::chrono::nanoseconds longest);

private:
    std::list<rule> rules_;
    std::vector<nth_fault> nth_;
    std::uint64_t requests_ = 0;
    fault_rates rates_;
    std::mt19937_64 random_{0};
    std::uint64_t met_ = 0;
};

}  // namespace paddock::testing
