#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace paddock::detail {

/// Takes the first code point off `rest`; nothing if it is not well-formed UTF-8.
std::optional<char32_t> next_utf8(std::string_view& rest);

bool is_utf8(std::string_view text);

/// `text` shortened to 128 bytes and with control characters escaped, for messages.
std::string printable(std::string_view text);

}  // namespace paddock::detail
