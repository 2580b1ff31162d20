#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "integration/support/child_process.hpp"
#include "integration/support/eventually.hpp"

namespace paddock::testing {

using words = std::vector<std::string>;

struct tool_options {
    words environment = {};
    /// Shell commands that run before the tool takes the shell's place.
    std::string before = {};
    std::string input = "/dev/null";
};

/// The tool `paddock`, running. Its output goes to files of its own below `dir`. Ends with the object.
class tool_process {
public:
    tool_process(const std::filesystem::path& dir, const words& arguments, const tool_options& options = {});

    /// The exit code; 1000 + signal if a signal has ended the tool itself, -1 if it still runs after `within`.
    int wait(std::chrono::milliseconds within = std::chrono::seconds(30));

    [[nodiscard]] std::string out() const;
    [[nodiscard]] std::string err() const;
    /// Waits until standard output or error contains `text`.
    [[nodiscard]] bool says(const std::string& text, std::chrono::milliseconds within = default_wait) const;

    void signal(int number) { process_.signal(number); }
    void freeze() { process_.freeze(); }
    void thaw() { process_.thaw(); }
    void kill() { process_.kill(); }
    [[nodiscard]] bool running() { return process_.running(); }
    [[nodiscard]] pid_t pid() const { return process_.pid(); }

private:
    std::filesystem::path files_;
    child_process process_;
};

[[nodiscard]] std::string content_of(const std::filesystem::path& file);

/// True while the process exists and is no zombie.
[[nodiscard]] bool is_alive(pid_t pid);
[[nodiscard]] pid_t group_of(pid_t pid);

/// kill(2) for one process. Throws for a number that would mean a group, or every process of the machine.
void signal_process(pid_t pid, int number);

}  // namespace paddock::testing
