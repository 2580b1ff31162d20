#pragma once

#include <cstddef>

namespace paddock::testing {

/// Threads of this process now, from /proc. A joined thread may be listed a moment longer: use `eventually`.
[[nodiscard]] std::size_t thread_count();

/// Open file descriptors of this process now, without the one that reading the list needs.
[[nodiscard]] std::size_t open_fd_count();

}  // namespace paddock::testing
