#include "integration/support/process_stats.hpp"

#include <filesystem>
#include <iterator>

namespace paddock::testing {
namespace {

std::size_t entries_of(const char* directory) {
    const auto count = std::distance(std::filesystem::directory_iterator(directory), {});
    return static_cast<std::size_t>(count);
}

}  // namespace

std::size_t thread_count() { return entries_of("/proc/self/task"); }

std::size_t open_fd_count() { return entries_of("/proc/self/fd") - 1; }

}  // namespace paddock::testing
