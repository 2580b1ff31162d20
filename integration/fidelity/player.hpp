#pragma once

#include "integration/fidelity/account.hpp"
#include "integration/fidelity/side.hpp"

namespace paddock::testing {

/// Plays the script and removes what it leaves. A side that an account calls stuck is of no further use.
[[nodiscard]] account play(const script& told, side& on);

}  // namespace paddock::testing
