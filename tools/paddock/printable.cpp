#include "tools/paddock/printable.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace paddock::tool {

namespace {

struct code_point {
    std::uint32_t value = 0;
    std::size_t length = 1;  ///< bytes
    bool valid = false;
};

/// The first character of `bytes`, which is not empty; overlong forms and surrogates are not UTF-8.
code_point decode(std::string_view bytes) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
    };
    const std::uint32_t first = byte(0);
    if (first < 0x80) return {first, 1, true};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || bytes.size() < length) return {first, 1, false};
    std::uint32_t value = first & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {first, 1, false};
        value = value << 6 | (byte(i) & 0x3f);
    }
    const std::uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < least || value > 0x10ffff || surrogate) return {first, 1, false};
    return {value, length, true};
}

/// Controls, line separators and what reorders or hides the text around it.
bool is_unsafe(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xe0000 && c <= 0xe007f);
}

std::string hex(const char* format, std::uint32_t value) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), format, static_cast<unsigned>(value));
    return text.data();
}

std::string utf16_escape(std::uint32_t value) {
    if (value < 0x10000) return hex("\\u%04x", value);
    const std::uint32_t above = value - 0x10000;
    return hex("\\u%04x", 0xd800 + (above >> 10)) + hex("\\u%04x", 0xdc00 + (above & 0x3ff));
}

template <class Convert>
std::string convert_each(std::string_view bytes, Convert convert) {
    std::string result;
    while (!bytes.empty()) {
        const code_point c = decode(bytes);
        result += convert(c, bytes.substr(0, c.length));
        bytes.remove_prefix(c.length);
    }
    return result;
}

}  // namespace

std::string printable(std::string_view bytes) {
    return convert_each(bytes, [](const code_point& c, std::string_view original) {
        if (!c.valid || (c.value < 0x80 && is_unsafe(c.value))) return hex("\\x%02x", c.value);
        if (c.value == '\\') return std::string("\\\\");
        return is_unsafe(c.value) ? utf16_escape(c.value) : std::string(original);
    });
}

std::string printable_json(std::string_view json) {
    return convert_each(json, [](const code_point& c, std::string_view original) {
        return c.valid && is_unsafe(c.value) ? utf16_escape(c.value) : std::string(original);
    });
}

std::string valid_utf8(std::string_view bytes) {
    return convert_each(bytes, [](const code_point& c, std::string_view original) {
        return c.valid ? std::string(original) : std::string("\xef\xbf\xbd");
    });
}

std::size_t text_width(std::string_view utf8) {
    std::size_t count = 0;
    for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return count;
}

std::string shortened(std::string_view utf8, std::size_t count) {
    if (text_width(utf8) <= count) return std::string(utf8);
    std::size_t end = 0;
    for (std::size_t kept = 0; kept < count; ++kept) end += decode(utf8.substr(end)).length;
    return std::string(utf8.substr(0, end)) + "...";
}

}  // namespace paddock::tool
