#pragma once

#include <map>
#include <string>

#include "integration/bench/runner/arguments.hpp"

namespace paddock::bench {

// What every C++ runner can do, each in its own way; README.md says which scenario uses which.

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

/// A runner's whole program: does what the command line names of these verbs. Failures are said on standard error,
/// behind the runner's name. Returns the exit code; wrong usage ends the process, as `parse`.
[[nodiscard]] int run_verb(int argc, char** argv, const std::string& runner,
                           const std::map<std::string, void (*)(const arguments&)>& verbs);

}  // namespace paddock::bench
