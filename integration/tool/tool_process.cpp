#include "integration/tool/tool_process.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace paddock::testing {
namespace {

std::filesystem::path next_files(const std::filesystem::path& dir) {
    static std::atomic<int> count = 0;
    return dir / ("tool-" + std::to_string(++count));
}

child_options start_of(const std::filesystem::path& files, const words& arguments,
                       const tool_options& options) {
    child_options child;
    child.environment = options.environment;
    child.argv = {"/bin/sh", "-c",
                  (options.before.empty() ? "" : options.before + "; ") +
                      R"(exec "$@" >"$0.out" 2>"$0.err" <)" + options.input,
                  files.string(), PADDOCK_TOOL};
    child.argv.insert(child.argv.end(), arguments.begin(), arguments.end());
    return child;
}

}  // namespace

tool_process::tool_process(const std::filesystem::path& dir, const words& arguments,
                           const tool_options& options)
    : files_(next_files(dir)), process_(start_of(files_, arguments, options)) {}

int tool_process::wait(std::chrono::milliseconds within) {
    const auto status = process_.wait(within);
    if (!status) return -1;
    return WIFEXITED(*status) ? WEXITSTATUS(*status) : 1000 + WTERMSIG(*status);
}

std::string tool_process::out() const { return content_of(files_.string() + ".out"); }

std::string tool_process::err() const { return content_of(files_.string() + ".err"); }

bool tool_process::says(const std::string& text, std::chrono::milliseconds within) const {
    return eventually([&] { return (out() + err()).find(text) != std::string::npos; }, within);
}

std::string content_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

bool is_alive(pid_t pid) {
    const std::string stat = content_of("/proc/" + std::to_string(pid) + "/stat");
    const auto name_end = stat.rfind(") ");
    return name_end != std::string::npos && stat.at(name_end + 2) != 'Z' && stat.at(name_end + 2) != 'X';
}

void signal_process(pid_t pid, int number) {
    if (pid <= 1) throw std::invalid_argument("not the pid of a test's process: " + std::to_string(pid));
    if (::kill(pid, number) != 0) throw std::system_error(errno, std::generic_category(), "kill");
}

pid_t group_of(pid_t pid) { return ::getpgid(pid); }

}  // namespace paddock::testing
