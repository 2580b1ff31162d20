#pragma once

#include <string>
#include <vector>

namespace paddock::tool {

/// A text from anywhere, fit for a table: made printable, cut to 48 characters, "-" if there is none.
std::string cell(const std::string& text);

/// Rows of equally many cells as lines, in columns that are as wide as they must be.
std::string aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace paddock::tool
