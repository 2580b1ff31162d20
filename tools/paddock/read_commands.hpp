#pragma once

#include "tools/paddock/command_line.hpp"

namespace paddock::tool {

/// These print what they read. They return the tool's exit code, and throw `paddock::argument_error` for settings that
/// the library refuses.
int who_command(const who_settings& settings);
int list_command(const list_settings& settings);

}  // namespace paddock::tool
