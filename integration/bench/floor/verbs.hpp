#pragma once

#include "integration/bench/runner/arguments.hpp"

namespace paddock::bench {

// The verbs of paddock/verbs.hpp on the plain C client, and one more.
void cycle(const arguments& given);
void drain(const arguments& given);
void lead(const arguments& given);
void candidate(const arguments& given);
void try_held(const arguments& given);
void idle(const arguments& given);
/// A single create2 of an ephemeral sequential node, deleted in the background.
void create(const arguments& given);

}  // namespace paddock::bench
