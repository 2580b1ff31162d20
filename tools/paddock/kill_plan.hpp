#pragma once

#include <chrono>
#include <optional>

#include <paddock/lease.hpp>

namespace paddock::tool {

/// What is known at one instant about the lock that a command runs under.
struct guard_view {
    lease_state state = lease_state::held;
    std::chrono::milliseconds remaining{};                ///< `lease::remaining()`
    std::optional<std::chrono::milliseconds> since_term;  ///< time since SIGTERM was sent, if it was
};

struct kill_limits {
    std::chrono::milliseconds kill_after{};  ///< from SIGTERM to SIGKILL, at most
    std::chrono::milliseconds
        margin{};  ///< how early SIGKILL comes: the kernel needs time to end the command
};

enum class kill_step { wait, terminate, kill };

struct kill_plan {
    kill_step step = kill_step::wait;
    std::chrono::milliseconds look_again{};  ///< when to decide anew, after the step
    friend bool operator==(const kill_plan&, const kill_plan&) = default;
};

/// Ends the command in time: dead while the session still cannot have expired, at once when the lock is lost,
/// and not at all while there is time for the connection to heal. Once SIGTERM was sent nothing heals.
/// Does not depend on events: the same answer for a clock that has ticked and for one that has jumped.
kill_plan plan_kill(const guard_view& view, const kill_limits& limits);

/// The limits for a session: `kill_after` stays below a third of its timeout, whatever the servers negotiated.
kill_limits limits_for(std::chrono::milliseconds kill_after, std::chrono::milliseconds session_timeout);

}  // namespace paddock::tool
