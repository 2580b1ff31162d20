#pragma once

#include <string>

namespace paddock::tool {

/// One line on standard error, unless whoever reads it is not keeping up: a guard must never wait for a reader.
void say(const std::string& text);

/// The same for the lines of the log, from any thread and without our name before it. The log's own way to standard error
/// waits, and it would be the reactor that does.
void say_log_line(const std::string& text);

}  // namespace paddock::tool
