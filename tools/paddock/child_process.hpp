#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "tools/paddock/process_state.hpp"

namespace paddock::tool {

/// Names with their values; one without a value is taken away.
using environment_changes = std::vector<std::pair<std::string, std::optional<std::string>>>;

struct child_setup {
    std::vector<std::string> command;  ///< never empty
    environment_changes environment;   ///< to ours
    int terminal = -1;                 ///< to be given to the child's group; -1 for none
};

struct child_end {
    int code = 0;         ///< as a shell tells it: the exit code, or 128 + signal
    bool killed = false;  ///< by a signal
    int exec_error = 0;   ///< errno if the command could not be executed
};

/// A command in a process group of its own, which the kernel kills (the command itself, not its children) when
/// this process dies. Destroying it kills the group.
class child_process {
public:
    /// Throws `std::system_error` when there can be no further process.
    child_process(const child_setup& setup, const process_state& original);
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process();

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    /// To the group, until the command has been reaped: only so long is its number not another's.
    void signal_group(int signal) const noexcept;

    /// Whether the command has ended; it stays a zombie, so that the group keeps its number.
    [[nodiscard]] bool has_ended() const noexcept;

    /// The signal that has stopped the command, once for each stop.
    [[nodiscard]] std::optional<int> stopped_by() const noexcept;

    /// Waits for the end of the command and lets it go.
    child_end reap();

private:
    pid_t pid_ = -1;
    int exec_report_ = -1;  ///< reading end of a pipe on which the child reports that exec has failed
    bool reaped_ = false;
};

}  // namespace paddock::tool
