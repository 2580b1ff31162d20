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
/// Grants that a client passes on among its own threads have the zxid in common and are told apart by `local`.
/// Source: sequencers, "The Chubby lock service", Burrows, OSDI 2006, section 2.4.
class PADDOCK_EXPORT fencing_token {
public:
    /// Smaller than the token of every grant.
    constexpr fencing_token() noexcept = default;
    constexpr explicit fencing_token(std::int64_t zxid, std::uint32_t local = 0) noexcept
        : zxid_(zxid), local_(local) {}

    /// The zxid. Alone it orders the holders of different clients; `local` goes on within one.
    [[nodiscard]] constexpr std::int64_t value() const noexcept { return zxid_; }
    /// How often the place in the queue had been passed on inside its client.
    [[nodiscard]] constexpr std::uint32_t local() const noexcept { return local_; }

    /// 16 lower-case hexadecimal digits, and a dot and 8 more if it was passed on; tokens order as text too.
    [[nodiscard]] std::string to_string() const;

    /// Reads what `to_string` wrote. Throws `argument_error` (`errc::invalid_token`) for anything else.
    [[nodiscard]] static fencing_token parse(std::string_view text);

    friend constexpr auto operator<=>(const fencing_token&, const fencing_token&) noexcept = default;

private:
    std::int64_t zxid_ = 0;
    std::uint32_t local_ = 0;
};

}  // namespace paddock
