#include "tools/paddock/process_state.hpp"

#include <algorithm>
#include <climits>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <linux/close_range.h>
#include <unistd.h>

namespace paddock::tool {

process_state process_state::current() {
    process_state state;
    for (int signal = 1; signal < NSIG; ++signal)
        sigaction(signal, nullptr, &state.actions_[static_cast<std::size_t>(signal)]);
    pthread_sigmask(SIG_SETMASK, nullptr, &state.mask_);

    std::error_code ec;  // without /proc the library's own close-on-exec flags have to do
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ec)) {
        const int fd = std::stoi(entry.path().filename().string());
        if (fd > STDERR_FILENO) state.descriptors_.push_back(static_cast<unsigned>(fd));
    }
    // The listing's own descriptor is closed by now.
    std::erase_if(state.descriptors_, [](unsigned fd) { return fcntl(static_cast<int>(fd), F_GETFD) < 0; });
    std::ranges::sort(state.descriptors_);
    return state;
}

bool process_state::ignores(int signal) const {
    return actions_[static_cast<std::size_t>(signal)].sa_handler == SIG_IGN;
}

void process_state::restore_in_child() const noexcept {
    for (int signal = 1; signal < NSIG; ++signal) {
        if (signal != SIGKILL && signal != SIGSTOP)
            sigaction(signal, &actions_[static_cast<std::size_t>(signal)], nullptr);
    }
    unsigned first = STDERR_FILENO + 1;
    for (const unsigned given : descriptors_) {
        if (given > first) close_range(first, given - 1, CLOSE_RANGE_CLOEXEC);
        first = given + 1;
    }
    close_range(first, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

}  // namespace paddock::tool
