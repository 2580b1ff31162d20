#include "tools/paddock/duration.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>

namespace paddock::tool {

namespace {

[[noreturn]] void refuse(std::string_view text, const char* rule) {
    throw std::invalid_argument("'" + std::string(text) + "': " + rule);
}

std::optional<std::int64_t> milliseconds_in(std::string_view unit) {
    if (unit == "ms") return 1;
    if (unit == "s") return 1000;
    if (unit == "m") return 60'000;
    if (unit == "h") return 3'600'000;
    return std::nullopt;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class... Numbers>
std::string print(const char* format, Numbers... numbers) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, static_cast<long long>(numbers)...);
    return text.data();
}

}  // namespace

std::chrono::milliseconds parse_duration(std::string_view text) {
    if (text.starts_with('-')) refuse(text, "a duration must be longer than zero");
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    if (digits == 0) refuse(text, "a duration is a whole number and a unit, such as 500ms, 10s, 2m or 1h");
    const auto unit = milliseconds_in(text.substr(digits));
    if (!unit)
        refuse(text, "a duration needs one of the units ms, s, m, h behind its whole number, such as 10s");

    std::int64_t count = 0;
    for (const char digit : text.substr(0, digits)) {
        count = count * 10 + (digit - '0');
        if (count > longest_duration.count() / *unit)
            refuse(text, "a duration may be at most 8760h (a year)");
    }
    if (count == 0) refuse(text, "a duration must be longer than zero");
    return std::chrono::milliseconds(count * *unit);
}

std::string format_age(std::chrono::milliseconds age) {
    const std::int64_t ms = std::max<std::int64_t>(age.count(), 0);
    const std::int64_t seconds = ms / 1000;
    if (ms < 1000) return print("%lldms", ms);
    if (seconds < 60) return print("%lld.%llds", seconds, ms % 1000 / 100);
    if (seconds < 3600) return print("%lldm%02llds", seconds / 60, seconds % 60);
    if (seconds < 86400) return print("%lldh%02lldm", seconds / 3600, seconds % 3600 / 60);
    return print("%lldd%02lldh", seconds / 86400, seconds % 86400 / 3600);
}

std::string format_duration(std::chrono::milliseconds length) {
    const std::int64_t ms = length.count();
    if (ms % 3'600'000 == 0) return print("%lldh", ms / 3'600'000);
    if (ms % 60'000 == 0) return print("%lldm", ms / 60'000);
    if (ms % 1000 == 0) return print("%llds", ms / 1000);
    return print("%lldms", ms);
}

}  // namespace paddock::tool
