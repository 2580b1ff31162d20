#pragma once

#include "integration/bench/runner/arguments.hpp"

namespace paddock::bench {

/// A single create2 of an ephemeral sequential node, deleted in the background: a verb of the floor alone.
void create(const arguments& given);

}  // namespace paddock::bench
