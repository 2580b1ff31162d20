#include "tools/paddock/say.hpp"

#include <mutex>

#include <poll.h>
#include <unistd.h>

#include "tools/paddock/printable.hpp"

namespace paddock::tool {

namespace {
// A pipe that is ready for writing takes this much (PIPE_BUF) without waiting.
constexpr std::size_t longest_line = 4096;
}  // namespace

void say(const std::string& text) { say_log_line("paddock: " + text); }

void say_log_line(const std::string& text) {
    const std::string line = shortened(printable(text), longest_line / 4 - 4) + "\n";
    static std::mutex one_line;  // another thread's could fill the pipe between the two calls
    const std::lock_guard guard(one_line);
    pollfd ready{STDERR_FILENO, POLLOUT, 0};
    if (poll(&ready, 1, 0) == 1) [[maybe_unused]]
        const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace paddock::tool
