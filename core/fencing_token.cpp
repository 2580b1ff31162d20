#include <paddock/fencing_token.hpp>

#include <charconv>

#include "core/text.hpp"

namespace paddock {

namespace {
constexpr std::size_t token_digits = 16;
}

std::string fencing_token::to_string() const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text(token_digits, '0');
    auto rest = static_cast<std::uint64_t>(zxid_);
    for (auto at = text.rbegin(); at != text.rend(); ++at, rest >>= 4) *at = digits[rest & 0xf];
    return text;
}

fencing_token fencing_token::parse(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    const bool whole = failure == std::errc() && end == text.data() + text.size();
    const bool lower = text.find_first_of("ABCDEF") == std::string_view::npos;
    // A zxid is a signed 64-bit number; the sign bit would break the order of tokens against their texts.
    if (text.size() != token_digits || !whole || !lower || value >> 63 != 0) {
        throw argument_error(errc::invalid_token, "fencing token '" + detail::printable(text) +
                                                      "' is not 16 lower-case hexadecimal digits");
    }
    return fencing_token(static_cast<std::int64_t>(value));
}

}  // namespace paddock
