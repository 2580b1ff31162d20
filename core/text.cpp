#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace paddock::detail {

std::optional<char32_t> next_utf8(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const auto first = static_cast<unsigned char>(rest.front());
    const std::size_t length = first < 0x80         ? 1
                               : first >> 5 == 0x6  ? 2
                               : first >> 4 == 0xe  ? 3
                               : first >> 3 == 0x1e ? 4
                                                    : 0;
    if (length == 0 || rest.size() < length) return std::nullopt;
    char32_t value = length == 1 ? first : first & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(rest[i]);
        if (next >> 6 != 0x2) return std::nullopt;
        value = value << 6 | (next & 0x3fu);
    }
    static constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return std::nullopt;
    rest.remove_prefix(length);
    return value;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        if (!next_utf8(text)) return false;
    }
    return true;
}

std::string printable(std::string_view text) {
    static constexpr std::size_t longest = 128;
    static constexpr char digits[] = "0123456789abcdef";
    std::string shown;
    std::size_t end = std::min(text.size(), longest);
    while (end > 0 && end < text.size() && static_cast<unsigned char>(text[end]) >> 6 == 0x2) --end;
    for (const char c : text.substr(0, end)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f) {
            shown += c;
        } else {
            shown += "\\x";
            shown += digits[byte >> 4];
            shown += digits[byte & 0xf];
        }
    }
    if (text.size() > longest) shown += "...";
    return shown;
}

}  // namespace paddock::detail
