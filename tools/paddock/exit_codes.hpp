#pragma once

namespace paddock::tool {

/// What the tool itself reports, after sysexits.h; `run` else ends with the code of its command.
namespace exit_code {
inline constexpr int ok = 0;
inline constexpr int usage = 64;         ///< a bad argument, before anything was done
inline constexpr int unreachable = 69;   ///< no server answered before the deadline, or not in full
inline constexpr int failed = 70;        ///< any other failure; the message says which
inline constexpr int not_acquired = 75;  ///< others held the lock until the deadline
inline constexpr int lock_lost = 76;     ///< the lock was lost, or so nearly that the command was ended
inline constexpr int cannot_execute = 126;
inline constexpr int not_found = 127;
inline constexpr int signal_base = 128;  ///< plus the number of the signal that ended the command or the wait
}  // namespace exit_code

}  // namespace paddock::tool
