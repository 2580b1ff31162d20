#include "tools/paddock/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/paddock/exit_codes.hpp"

namespace paddock::tool {

namespace {

std::vector<std::string> merged_environment(const environment_changes& changes) {
    std::vector<std::string> entries;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const bool changed = std::ranges::any_of(
            changes, [&](const auto& change) { return text.starts_with(change.first + "="); });
        if (!changed) entries.emplace_back(text);
    }
    for (const auto& [name, value] : changes)
        if (value) entries.push_back(name + "=" + *value);
    return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// Everything that the child needs, made before fork(): there it may neither allocate nor lock.
struct prepared_child {
    std::vector<std::string> command, environment;
    std::vector<char*> argv, envp;
    int terminal;
    int report;
    pid_t parent;
    const process_state& original;
};

[[noreturn]] void become_command(const prepared_child& child) noexcept {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != child.parent) _exit(exit_code::signal_base + SIGKILL);  // the parent died before prctl
    if (child.terminal >= 0) tcsetpgrp(child.terminal, getpid());  // all signals are blocked, SIGTTOU too
    child.original.restore_in_child();
    execvpe(child.argv[0], child.argv.data(), child.envp.data());
    const int reason = errno;
    [[maybe_unused]] const auto written = write(child.report, &reason, sizeof reason);
    _exit(reason == ENOENT ? exit_code::not_found : exit_code::cannot_execute);
}

}  // namespace

child_process::child_process(const child_setup& setup, const process_state& original) {
    std::array<int, 2> report{};
    if (pipe2(report.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    prepared_child child{
        setup.command, merged_environment(setup.environment), {}, {}, setup.terminal, report[1], getpid(),
        original};
    child.argv = pointers_to(child.command);
    child.envp = pointers_to(child.environment);

    // A signal between fork and exec would run our handlers in the child, and reach us by their shared pipe.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_ = fork();
    const int reason = errno;
    if (pid_ == 0) become_command(child);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    close(report[1]);
    exec_report_ = report[0];
    if (pid_ < 0) {
        close(exec_report_);
        throw std::system_error(reason, std::generic_category(), "fork");
    }
    setpgid(pid_, pid_);  // whoever comes first; signals to the group must reach it from now on
}

child_process::~child_process() {
    if (!reaped_) {
        signal_group(SIGKILL);
        reap();
    }
    close(exec_report_);
}

void child_process::signal_group(int signal) const noexcept {
    if (reaped_ || pid_ <= 1) return;  // -1 would mean every process of the machine
    // A command that has left its group is still ours to end.
    if (kill(-pid_, signal) != 0 || getpgid(pid_) != pid_) kill(pid_, signal);
}

bool child_process::has_ended() const noexcept {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid_;
}

std::optional<int> child_process::stopped_by() const noexcept {
    siginfo_t info{};
    const bool stopped =
        waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WNOHANG) == 0 && info.si_pid == pid_;
    return stopped ? std::optional<int>(info.si_status) : std::nullopt;
}

child_end child_process::reap() {
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
    }
    reaped_ = true;
    child_end end;
    end.killed = info.si_code != CLD_EXITED;
    end.code = end.killed ? exit_code::signal_base + info.si_status : info.si_status;
    if (read(exec_report_, &end.exec_error, sizeof end.exec_error) != sizeof end.exec_error)
        end.exec_error = 0;
    return end;
}

}  // namespace paddock::tool
