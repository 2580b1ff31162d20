#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace paddock::tool {

inline constexpr std::chrono::milliseconds longest_duration = std::chrono::hours(24 * 365);

/// Reads a whole number with a unit: 500ms, 10s, 2m, 1h. Longer than zero, at most a year.
/// Throws `std::invalid_argument` whose text names the value and the rule.
std::chrono::milliseconds parse_duration(std::string_view text);

/// For people: "350ms", "4.2s", "2m03s", "5h07m", "3d04h". Negative lengths count as zero.
std::string format_age(std::chrono::milliseconds age);

/// As `parse_duration` reads it, in the largest unit that loses nothing: "10s", "1500ms".
std::string format_duration(std::chrono::milliseconds length);

}  // namespace paddock::tool
