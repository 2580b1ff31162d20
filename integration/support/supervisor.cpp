#include "integration/support/supervisor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

// Everything here runs between fork and exec of a process that may have had many threads: system calls only,
// no allocation, no locks, no destructors.

namespace paddock::testing {
namespace {

constexpr int control_fd = 3;
constexpr int output_fd = 4;

int open_pidfd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

void tell(supervisor_message::kind_type kind, int value) {
    const supervisor_message message{kind, value};
    (void)!::send(control_fd, &message, sizeof message, MSG_NOSIGNAL);
}

int wait_for(pid_t pid, int options) {
    int status = 0;
    while (::waitpid(pid, &status, options) < 0 && errno == EINTR) {
    }
    return status;
}

[[noreturn]] void run(const supervisor_job& job, pid_t supervisor) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != supervisor) ::_exit(127);  // it died before the line above
    ::dup2(output_fd, STDOUT_FILENO);
    ::dup2(output_fd, STDERR_FILENO);
    ::fcntl(control_fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(output_fd, F_SETFD, FD_CLOEXEC);
    ::execv(job.argv[0], job.argv);
    ::_exit(127);
}

// Returns once the child is another program, or gone: from then on it dies with us, even when it is stopped.
pid_t start_child(const supervisor_job& job) {
    int until_exec[2];
    if (::pipe2(until_exec, O_CLOEXEC) != 0) ::_exit(127);
    const pid_t self = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) ::_exit(127);
    if (child == 0) run(job, self);
    ::close(until_exec[1]);
    char nothing;
    while (::read(until_exec[0], &nothing, 1) < 0 && errno == EINTR) {
    }
    ::close(until_exec[0]);
    return child;
}

void remove_orphans(const supervisor_job& job) {
    if (job.orphan_dir == nullptr) return;
    const pid_t remover = ::fork();
    if (remover == 0) {
        ::execl("/bin/rm", "rm", "-rf", "--", job.orphan_dir, nullptr);
        ::_exit(127);
    }
    if (remover > 0) wait_for(remover, 0);
    if (job.orphan_parent != nullptr) ::rmdir(job.orphan_parent);
}

[[noreturn]] void end_with_owner(const supervisor_job& job, pid_t child) {
    ::kill(child, SIGKILL);
    wait_for(child, 0);
    remove_orphans(job);
    ::_exit(0);
}

[[noreturn]] void report_exit(int status) {
    tell(supervisor_message::exited, status);
    ::_exit(0);
}

void deliver(pid_t child, int signal_number, bool& stopped) {
    ::kill(child, signal_number);
    if (signal_number == SIGCONT) stopped = false;
    if (signal_number == SIGSTOP && !stopped) {  // answered only once every thread of the child stands still
        const int status = wait_for(child, WUNTRACED);
        if (!WIFSTOPPED(status)) report_exit(status);
        stopped = true;  // a second SIGSTOP changes no state and would be waited for in vain
    }
    tell(supervisor_message::done, 0);
}

void detach_from_owner(const supervisor_job& job) {
    ::setsid();  // a Ctrl-C at the terminal must reach the owner alone
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int devnull = ::open("/dev/null", O_RDWR);
    const int control = ::fcntl(job.control, F_DUPFD, 10);
    const int output = ::fcntl(job.output >= 0 ? job.output : devnull, F_DUPFD, 10);
    // Our own output goes nowhere: thread sanitizer flushes the owner's stdio buffers, copied by fork, on
    // exit.
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(devnull, standard);
    ::dup2(control, control_fd);
    ::dup2(output, output_fd);
    // Copies of the owner's sockets would keep its connections open after it closed them.
    ::syscall(SYS_close_range, output_fd + 1, ~0U, 0);
}

}  // namespace

void supervise(const supervisor_job& job) noexcept {
    detach_from_owner(job);
    const int owner_fd = open_pidfd(job.owner);
    if (::getppid() != job.owner) ::_exit(127);  // it died before the pidfd was open
    const pid_t child = start_child(job);
    const int child_fd = open_pidfd(child);
    if (owner_fd < 0 || child_fd < 0) end_with_owner(job, child);
    tell(supervisor_message::started, child);

    bool stopped = false;
    pollfd watched[] = {{control_fd, POLLIN, 0}, {child_fd, POLLIN, 0}, {owner_fd, POLLIN, 0}};
    for (;;) {  // ends with the child or with the owner
        if (::poll(watched, 3, -1) < 0) continue;
        if (watched[2].revents != 0) end_with_owner(job, child);
        if (watched[1].revents != 0) report_exit(wait_for(child, 0));
        if (watched[0].revents == 0) continue;
        supervisor_message message{};
        const auto received = ::recv(control_fd, &message, sizeof message, 0);
        if (received != sizeof message) end_with_owner(job, child);
        deliver(child, message.value, stopped);
    }
}

}  // namespace paddock::testing
