#pragma once

#include "integration/fidelity/script.hpp"

namespace paddock::testing {

/// The script of this seed: one or two clients, operations, cuts and ends of sessions. Pure.
[[nodiscard]] script make_script(std::uint64_t seed);

}  // namespace paddock::testing
