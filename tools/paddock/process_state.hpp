#pragma once

#include <array>
#include <csignal>
#include <vector>

namespace paddock::tool {

/// How this process was started, for a child that is to start the same way: signal dispositions and mask, and
/// which descriptors it was given. Taken first thing in main, before any library changes these.
class process_state {
public:
    static process_state current();

    [[nodiscard]] bool ignores(int signal) const;

    /// In a child, between fork and exec: only async-signal-safe calls. What this process has opened since is
    /// closed by the exec.
    void restore_in_child() const noexcept;

private:
    std::array<struct sigaction, NSIG> actions_{};
    sigset_t mask_{};
    std::vector<unsigned> descriptors_;  ///< sorted, from 3 on
};

}  // namespace paddock::tool
