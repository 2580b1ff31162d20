#include "integration/support/process_stats.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

namespace paddock::testing {
namespace {

#ifdef __SANITIZE_THREAD__
// The sanitizer starts a thread of its own with the program's first one: before anybody counts.
[[maybe_unused]] const bool sanitizer_has_its_thread = (std::thread([] {}).join(), true);
#endif

/// A joined thread is listed a moment longer; the kernel marks it before its joiner wakes (PF_EXITING).
bool ends(const std::filesystem::path& task) {
    constexpr unsigned long exiting = 0x4;
    std::ifstream file(task / "stat");
    std::string line;
    if (!std::getline(file, line)) return true;
    // proc(5): after the name, which may contain anything, six fields come before the flags.
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 6; ++i) fields >> skipped;
    unsigned long flags = 0;
    fields >> flags;
    return (flags & exiting) != 0;
}

}  // namespace

std::size_t thread_count() {
    const auto count = std::count_if(std::filesystem::directory_iterator("/proc/self/task"),
                                     std::filesystem::directory_iterator(),
                                     [](const auto& task) { return !ends(task.path()); });
    return static_cast<std::size_t>(count);
}

std::size_t open_fd_count() {
    const auto count = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    return static_cast<std::size_t>(count) - 1;
}

}  // namespace paddock::testing
