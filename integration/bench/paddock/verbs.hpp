#pragma once

#include <memory>
#include <vector>

#include <paddock/client.hpp>

#include "integration/bench/runner/arguments.hpp"

namespace paddock::bench {

// What Paddock's runner can do; README.md says which scenario uses which.

/// Threads take their claims and give them back, again and again.
void cycle(const arguments& given);
/// Waiters queue up behind a holder; it leaves, and each of them in its turn.
void drain(const arguments& given);
/// Two candidates in turn: the leader closes, the other leads.
void lead(const arguments& given);
/// One candidate: done when it leads. The harness kills the leader.
void candidate(const arguments& given);
/// Tries for a lock that another client holds.
void try_held(const arguments& given);
/// Holds many locks and does nothing.
void idle(const arguments& given);

/// Connected. Throws std::runtime_error when no server answers.
[[nodiscard]] std::vector<std::unique_ptr<client>> connect(const arguments& given, std::size_t count);

}  // namespace paddock::bench
