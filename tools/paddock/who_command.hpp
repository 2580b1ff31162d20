#pragma once

#include "tools/paddock/command_line.hpp"

namespace paddock::tool {

/// Prints the queue. Returns the tool's exit code. Throws `paddock::argument_error` for settings that the library
/// refuses.
int who_command(const who_settings& settings);

}  // namespace paddock::tool
