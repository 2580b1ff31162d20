#include "integration/support/process_stats.hpp"

#include <filesystem>
#include <iterator>
#include <thread>

namespace paddock::testing {
namespace {

#ifdef __SANITIZE_THREAD__
// The sanitizer starts a thread of its own with the program's first one: before anybody counts.
[[maybe_unused]] const bool sanitizer_has_its_thread = (std::thread([] {}).join(), true);
#endif

std::size_t entries_of(const char* directory) {
    const auto count = std::distance(std::filesystem::directory_iterator(directory), {});
    return static_cast<std::size_t>(count);
}

}  // namespace

std::size_t thread_count() { return entries_of("/proc/self/task"); }

std::size_t open_fd_count() { return entries_of("/proc/self/fd") - 1; }

}  // namespace paddock::testing
