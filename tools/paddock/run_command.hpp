#pragma once

#include "tools/paddock/command_line.hpp"
#include "tools/paddock/process_state.hpp"

namespace paddock::tool {

/// Acquires, runs the command, releases. Returns the tool's exit code. Throws `paddock::argument_error` for
/// settings that the library refuses.
int run_command(const run_settings& settings, const process_state& original);

}  // namespace paddock::tool
