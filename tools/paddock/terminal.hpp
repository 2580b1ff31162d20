#pragma once

#include <termios.h>

#include <sys/types.h>

namespace paddock::tool {

/// The controlling terminal, if there is one, and which process group it belongs to at the moment. The calling
/// process must ignore SIGTTOU.
class terminal {
public:
    terminal();
    terminal(const terminal&) = delete;
    terminal& operator=(const terminal&) = delete;
    ~terminal();

    [[nodiscard]] bool exists() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int descriptor() const noexcept { return fd_; }

    /// Whether our own process group has it.
    [[nodiscard]] bool is_ours() const noexcept;

    /// Whether a command that we start should have it from the start: it is ours, and both standard input and
    /// output are terminals. In a pipeline it stays with the group of the pipeline.
    [[nodiscard]] bool should_be_given() const noexcept;

    void give_to(pid_t group) const noexcept;

    /// Takes it back if `group` has it. With `repair`, also restores the modes it had at first: a command that
    /// was killed could not do so.
    void take_back(pid_t group, bool repair) const noexcept;

private:
    int fd_;
    termios modes_{};
};

}  // namespace paddock::tool
