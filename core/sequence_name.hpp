#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paddock::detail {

/// Random version-4 UUID in Curator's form: 36 characters, lower case, with dashes.
std::string format_uuid(std::array<std::uint8_t, 16> bits);

/// "_c_<uuid>-": what makes a contender's node recognisable after a lost reply (Curator's "protection").
std::string protected_prefix(std::string_view uuid);

/// The number that a server appended to `<anything><kind>`: what follows the last occurrence of `kind`, as
/// Curator reads it. "%010d" of an int32, so negative once the counter has overflown. Nothing for other names.
std::optional<std::int32_t> sequence_of(std::string_view name, std::string_view kind);

/// Order in a queue by serial number arithmetic (RFC 1982), so that it survives the counter's overflow as long
/// as fewer than 2^31 numbers are in use (hazard A14). Never compare sequences as text.
constexpr bool comes_before(std::int32_t a, std::int32_t b) noexcept {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b)) < 0;
}

/// From here on a new contender is refused, because servers repeat or negate numbers past the end.
inline constexpr std::int32_t sequence_high_water = 2'147'000'000;
constexpr bool exhausted(std::int32_t sequence) noexcept {
    return sequence < 0 || sequence >= sequence_high_water;
}

}  // namespace paddock::detail
