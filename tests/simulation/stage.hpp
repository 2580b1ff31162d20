#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "tests/sim/rig.hpp"
#include "tests/simulation/dice.hpp"

namespace paddock::testing {

/// Where a simulation takes place: an ensemble, and clients that come and go.
class stage : public rig {
public:
    stage(std::uint64_t seed, std::size_t clients_at_once);

    /// A client whose process can call the library now; null when there is none.
    core_client* actor();
    /// One that is closing or closed; null when there is none. Asking it for anything fails.
    core_client* leaver();
    [[nodiscard]] bool can_act(const core_client& who) const;
    /// Clients that are neither closed nor killed.
    [[nodiscard]] const std::vector<core_client*>& actors() const { return actors_; }
    /// At some moment, in the thread of its application: a process that stands still does nothing.
    void later(core_client& who, std::chrono::nanoseconds longest, std::function<void()> what);
    /// Likewise, by nobody's process.
    void later(std::chrono::nanoseconds longest, std::function<void()> what);
    /// Drops all that was to come later.
    void forget_plans() { plans_.clear(); }

    /// A situation has come up that only callers know of.
    void reach(hazard what) { ensemble.hazards().reach(what); }

    void add_actor();
    void retire(core_client& who);
    /// Stops its process by `stop`, and lets it go on later by `go`; `then` follows.
    void halt(core_client& who, void (virtual_process::*stop)(), void (virtual_process::*go)(),
              std::function<void()> then = {});
    void go_on();
    /// It has stood still at some moment since `when`.
    [[nodiscard]] bool stood_still(const core_client& who, detail::boot_time since) const;

    dice choose;
    /// Nodes (by czxid) and clocks that were meddled with: what their holders believe is nobody's fault.
    std::set<std::int64_t> removed_nodes;
    std::set<const core_client*> wrong_clocks;
    bool full_counters = false;
    bool rights_changed = false;
    /// No server runs since then; zero: they do.
    detail::boot_time outage_since{};

private:
    struct halted {
        detail::boot_time until{};  ///< zero: it stands still now
        void (virtual_process::*go)() = nullptr;
    };
    static ensemble_options servers_for(std::uint64_t seed);
    [[nodiscard]] std::chrono::milliseconds at_least_two_ticks(std::chrono::milliseconds wanted);
    void later_in(detail::environment& where, std::chrono::nanoseconds longest, std::function<void()> what);
    void release(core_client& who);

    std::vector<core_client*> actors_;
    std::map<const core_client*, halted> halted_;
    std::map<std::uint64_t, detail::scheduled_call> plans_;
    std::uint64_t next_plan_ = 0;
};

}  // namespace paddock::testing
