#pragma once

#include <sys/types.h>

namespace paddock::testing {

/// What the two ends of a supervisor's control socket tell each other, one message a datagram.
struct supervisor_message {
    enum kind_type : int {
        started,  ///< from the supervisor: `value` is the child's pid
        signal,   ///< to the supervisor: send signal `value` to the child
        done,     ///< from the supervisor: the signal was delivered; for SIGSTOP the child stands still
        exited,   ///< from the supervisor, its last message: `value` is the child's wait status
    };
    kind_type kind;
    int value;
};

/// Everything prepared before the fork, because afterwards only async-signal-safe calls are allowed.
struct supervisor_job {
    int control;                ///< our end of the control socket
    int output;                 ///< the child's stdout and stderr
    pid_t owner;                ///< the process whose death ends the child
    char* const* argv;          ///< argv[0] is an absolute path
    const char* orphan_dir;     ///< removed when the owner dies, may be null
    const char* orphan_parent;  ///< its parent, removed too once it is empty
};

/// Runs in a fresh fork: starts the child, obeys the control socket, never returns.
///
/// The child dies with the owner, whatever kills the owner and whatever state the child is in: the supervisor
/// polls a pidfd of the owner (a pipe alone would not do, because other forks of the owner inherit its end)
/// and sends SIGKILL, which ends a stopped process as well. Should the supervisor itself be killed, the
/// kernel kills the child (PR_SET_PDEATHSIG; safe here, since the supervisor has one thread). The supervisor
/// is the child's parent and reaps it only after its last signal, so that no signal can meet a recycled pid.
[[noreturn]] void supervise(const supervisor_job& job) noexcept;

}  // namespace paddock::testing
