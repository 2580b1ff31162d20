#include <paddock/fencing_token.hpp>

#include <charconv>
#include <optional>

#include "core/text.hpp"

namespace paddock {

namespace {

constexpr std::size_t zxid_digits = 16;
constexpr std::size_t local_digits = 8;

std::string hexadecimal(std::uint64_t number, std::size_t width) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text(width, '0');
    for (auto at = text.rbegin(); at != text.rend(); ++at, number >>= 4) *at = digits[number & 0xf];
    return text;
}

std::optional<std::uint64_t> number_of(std::string_view text, std::size_t width) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    const bool whole = failure == std::errc() && end == text.data() + text.size();
    const bool lower = text.find_first_of("ABCDEF") == std::string_view::npos;
    return text.size() == width && whole && lower ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string fencing_token::to_string() const {
    const std::string zxid = hexadecimal(static_cast<std::uint64_t>(zxid_), zxid_digits);
    return local_ == 0 ? zxid : zxid + "." + hexadecimal(local_, local_digits);
}

fencing_token fencing_token::parse(std::string_view text) {
    const auto zxid = number_of(text.substr(0, text.find('.')), zxid_digits);
    const bool passed_on = text.size() > zxid_digits;
    const auto local =
        passed_on ? number_of(text.substr(zxid_digits + 1), local_digits) : std::optional<std::uint64_t>(0);
    // A zxid is a signed 64-bit number; the sign bit would break the order of tokens against their texts. So would a
    // second text for the same token.
    if (!zxid || *zxid >> 63 != 0 || !local || (passed_on && *local == 0)) {
        throw argument_error(
            errc::invalid_token,
            "fencing token '" + detail::printable(text) +
                "' is not 16 lower-case hexadecimal digits, or these, a dot and 8 more above 0");
    }
    return fencing_token(static_cast<std::int64_t>(*zxid), static_cast<std::uint32_t>(*local));
}

}  // namespace paddock
