#pragma once

#include "tools/paddock/command_line.hpp"
#include "tools/paddock/process_state.hpp"

namespace paddock::tool {

/// Runs the command in each term in which this process leads. Returns the tool's exit code. Throws
/// `paddock::argument_error` for settings that the library refuses.
int elect_command(const elect_settings& settings, const process_state& original);

}  // namespace paddock::tool
