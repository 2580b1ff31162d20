#pragma once

#include <cstdint>
#include <string>

namespace paddock::testing {

/// What a server needs to recognise a session; all zero asks for a new one.
struct session_identity {
    std::int64_t id = 0;
    std::string password = std::string(16, '\0');
};

/// Of a session whose password is not at hand: a server of ours derives it from the id.
[[nodiscard]] session_identity identity_of(std::int64_t session_id);

}  // namespace paddock::testing
