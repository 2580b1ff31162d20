#pragma once

#include <string>

namespace paddock::tool {

/// One line on standard error, unless whoever reads it is not keeping up: a guard must never wait for a reader.
void say(const std::string& text);

}  // namespace paddock::tool
