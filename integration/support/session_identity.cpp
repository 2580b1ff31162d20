#include "integration/support/session_identity.hpp"

namespace paddock::testing {

session_identity identity_of(std::int64_t session_id) {
    // ZooKeeperServer.generatePasswd: java.util.Random, seeded with the id and a constant.
    constexpr std::uint64_t multiplier = 0x5DEECE66D;
    constexpr std::uint64_t mask = (std::uint64_t{1} << 48) - 1;
    std::uint64_t state = (static_cast<std::uint64_t>(session_id) ^ 0xB3415C00 ^ multiplier) & mask;
    session_identity identity;
    identity.id = session_id;
    for (std::size_t i = 0; i < identity.password.size(); i += 4) {
        state = (state * multiplier + 0xB) & mask;
        auto word = static_cast<std::uint32_t>(state >> 16);
        for (std::size_t byte = 0; byte < 4; ++byte, word >>= 8) {
            identity.password[i + byte] = static_cast<char>(word & 0xFF);
        }
    }
    return identity;
}

}  // namespace paddock::testing
