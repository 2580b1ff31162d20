#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "integration/support/eventually.hpp"
#include "integration/support/unique_fd.hpp"

namespace paddock::testing {

struct child_options {
    std::vector<std::string> argv;              ///< argv[0] is looked up in PATH
    std::vector<std::string> environment = {};  ///< NAME=value, added to ours
    std::filesystem::path output = {};          ///< stdout and stderr are appended here; empty: dropped
    /// A directory that must not survive this process: removed when we die without destroying the object,
    /// and its parent with it once that is empty.
    std::filesystem::path orphan_dir = {};
};

/// One child process that never outlives this process, not even when this process is killed or crashes or the
/// child is stopped at that time. How: see `supervise`.
///
/// Thread-compatible: one thread at a time may use an object.
class child_process {
public:
    /// Starts the program. Throws std::system_error when no process can be made; a program that cannot be
    /// executed shows as exit status 127.
    explicit child_process(const child_options& options);
    child_process(child_process&&) noexcept = default;
    child_process& operator=(child_process&&) = delete;
    /// Kills the child with SIGKILL and waits for its end.
    ~child_process();

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] bool running();

    /// SIGKILL, and waits until the process is gone.
    void kill();
    /// SIGTERM (a frozen child is thawed for it), and waits; false when it still runs after `within`.
    [[nodiscard]] bool terminate(std::chrono::milliseconds within = default_wait);
    /// SIGSTOP; every thread of the child stands still when this returns.
    void freeze();
    /// SIGCONT.
    void thaw();
    /// Any other signal. Nothing happens when the child has ended.
    void signal(int number);

    /// The status as from waitpid once the child has ended, none when it still runs after `within`.
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds within = default_wait);

private:
    void receive(std::chrono::milliseconds within);
    void end(int status);

    unique_fd control_;
    pid_t supervisor_ = -1;
    pid_t pid_ = -1;
    bool answered_ = false;  // the last signal was delivered
    std::optional<int> status_;
};

}  // namespace paddock::testing
