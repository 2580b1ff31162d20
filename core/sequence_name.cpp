#include "core/sequence_name.hpp"

#include <charconv>

namespace paddock::detail {

std::string format_uuid(std::array<std::uint8_t, 16> bits) {
    static constexpr char digits[] = "0123456789abcdef";
    bits[6] = static_cast<std::uint8_t>((bits[6] & 0x0f) | 0x40);
    bits[8] = static_cast<std::uint8_t>((bits[8] & 0x3f) | 0x80);
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bits.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += digits[bits[i] >> 4];
        text += digits[bits[i] & 0xf];
    }
    return text;
}

std::string protected_prefix(std::string_view uuid) { return "_c_" + std::string(uuid) + "-"; }

std::optional<std::int32_t> sequence_of(std::string_view name, std::string_view kind) {
    const auto at = name.rfind(kind);
    if (kind.empty() || at == std::string_view::npos) return std::nullopt;
    const std::string_view number = name.substr(at + kind.size());
    if (number.size() < 10 || number.size() > 11) return std::nullopt;
    std::int32_t value = 0;
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (failure != std::errc() || end != number.data() + number.size()) return std::nullopt;
    // The server writes %010d: an eleventh character only for the smallest numbers.
    if (number.size() == 11 && value > -1'000'000'000) return std::nullopt;
    return value;
}

}  // namespace paddock::detail
