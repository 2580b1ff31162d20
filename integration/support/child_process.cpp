#include "integration/support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include "integration/support/supervisor.hpp"
#include "integration/support/timed_socket.hpp"

namespace paddock::testing {
namespace {

constexpr std::chrono::minutes answer_limit{1};  // a supervisor answers at once; this is no tuning parameter

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

// env(1) sets the variables and searches PATH; it then becomes the program, so the pid is the program's.
std::vector<std::string> command_line(const child_options& options) {
    std::vector<std::string> words{"/usr/bin/env"};
    words.insert(words.end(), options.environment.begin(), options.environment.end());
    words.insert(words.end(), options.argv.begin(), options.argv.end());
    return words;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

child_process::child_process(const child_options& options) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
    control_ = unique_fd(ends[0]);
    unique_fd theirs(ends[1]);
    unique_fd output;
    if (!options.output.empty()) {
        output = unique_fd(::open(options.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
        if (!output) fail("open the child's output");
    }

    auto words = command_line(options);
    const auto argv = pointers_to(words);
    const std::string orphan_parent = options.orphan_dir.parent_path();
    supervisor_job job{};
    job.control = theirs.get();
    job.output = output.get();
    job.owner = ::getpid();
    job.argv = argv.data();
    job.orphan_dir = options.orphan_dir.empty() ? nullptr : options.orphan_dir.c_str();
    job.orphan_parent = options.orphan_dir.empty() ? nullptr : orphan_parent.c_str();

    supervisor_ = ::fork();
    if (supervisor_ < 0) fail("fork");
    if (supervisor_ == 0) supervise(job);
    // Ours alone would keep the socket open, and the end of a supervisor that died could not be seen.
    theirs = unique_fd();
    receive(answer_limit);
    if (pid_ < 0) {
        ::kill(supervisor_, SIGKILL);
        end(SIGKILL);
        throw std::runtime_error("no supervisor for " + options.argv.at(0));
    }
}

child_process::~child_process() {
    if (control_) kill();
}

bool child_process::running() {
    if (!status_) receive(std::chrono::milliseconds(0));
    return !status_;
}

void child_process::kill() {
    signal(SIGKILL);
    if (!wait(answer_limit)) throw std::runtime_error("a child survived SIGKILL");
}

bool child_process::terminate(std::chrono::milliseconds within) {
    signal(SIGTERM);
    signal(SIGCONT);
    return wait(within).has_value();
}

void child_process::freeze() { signal(SIGSTOP); }

void child_process::thaw() { signal(SIGCONT); }

void child_process::signal(int number) {
    if (status_) return;
    const supervisor_message request{supervisor_message::signal, number};
    answered_ = false;
    // A failed send means that the supervisor has gone; its last message is then waiting for us.
    (void)!::send(control_.get(), &request, sizeof request, MSG_NOSIGNAL);
    receive(answer_limit);
    if (!answered_ && !status_) throw std::runtime_error("a supervisor does not answer");
}

std::optional<int> child_process::wait(std::chrono::milliseconds within) {
    if (!status_) receive(within);
    return status_;
}

// Takes one message, when one comes in time. After `signal` has its answer the only one left is `exited`.
void child_process::receive(std::chrono::milliseconds within) {
    if (!wait_readable(control_.get(), std::chrono::steady_clock::now() + within)) return;
    supervisor_message message{};
    const auto received = ::recv(control_.get(), &message, sizeof message, 0);
    if (received != sizeof message) return end(SIGKILL);  // killed from outside, and the child with it
    switch (message.kind) {
        case supervisor_message::started: pid_ = message.value; break;
        case supervisor_message::exited: end(message.value); break;
        case supervisor_message::signal:
        case supervisor_message::done: answered_ = true; break;
    }
}

void child_process::end(int status) {
    status_ = status;
    while (::waitpid(supervisor_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace paddock::testing
