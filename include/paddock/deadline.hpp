#pragma once

#include <chrono>

#include <paddock/export.hpp>

namespace paddock::detail {

/// Of an operation that may take as long as it will.
inline constexpr auto no_deadline = std::chrono::steady_clock::time_point::max();

/// Where a limit that begins now ends. Throws `argument_error` (`errc::invalid_duration`) unless it is above zero.
PADDOCK_EXPORT std::chrono::steady_clock::time_point deadline_after(std::chrono::nanoseconds limit);

}  // namespace paddock::detail
