#pragma once

#include <cstddef>

namespace paddock::testing {

/// Threads of this process now, from /proc, without those that are ending: a joined one never counts.
[[nodiscard]] std::size_t thread_count();

/// Open file descriptors of this process now, without the one that reading the list needs.
[[nodiscard]] std::size_t open_fd_count();

}  // namespace paddock::testing
