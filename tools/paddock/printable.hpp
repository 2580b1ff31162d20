#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace paddock::tool {

/// Makes text from anywhere safe to show on a terminal: control and direction-changing characters and bytes
/// that are not UTF-8 become \xNN or \uNNNN, a backslash becomes two. Everything else stays as it is.
std::string printable(std::string_view bytes);

/// As `printable`, for a text that is JSON already: escapes as \uNNNN what `printable` would escape, so that its
/// meaning stays. `json` must be UTF-8.
std::string printable_json(std::string_view json);

/// Replaces bytes that are not UTF-8 by U+FFFD.
std::string valid_utf8(std::string_view bytes);

/// Number of code points, and the first `count` of them with "..." in place of the rest.
std::size_t text_width(std::string_view utf8);
std::string shortened(std::string_view utf8, std::size_t count);

}  // namespace paddock::tool
