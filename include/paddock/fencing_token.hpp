#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <paddock/error.hpp>

namespace paddock {

/// Orders the grants of one path: a later holder has the larger token, in every process and language.
///
/// It is a zxid of the ensemble (for the mutex the czxid of the contender's node), so it survives the removal
/// of the directory and changes of the leader. It does not survive a restore of the ensemble from a backup.
/// Source: sequencers, "The Chubby lock service", Burrows, OSDI 2006, section 2.4.
class PADDOCK_EXPORT fencing_token {
public:
    /// Smaller than the token of every grant.
    constexpr fencing_token() noexcept = default;
    constexpr explicit fencing_token(std::int64_t zxid) noexcept : zxid_(zxid) {}

    [[nodiscard]] constexpr std::int64_t value() const noexcept { return zxid_; }

    /// 16 lower-case hexadecimal digits, so that tokens order as text too.
    [[nodiscard]] std::string to_string() const;

    /// Reads what `to_string` wrote. Throws `argument_error` (`errc::invalid_token`) for anything else.
    [[nodiscard]] static fencing_token parse(std::string_view text);

    friend constexpr auto operator<=>(const fencing_token&, const fencing_token&) noexcept = default;

private:
    std::int64_t zxid_ = 0;
};

}  // namespace paddock
