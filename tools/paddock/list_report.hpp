#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <paddock/inspect.hpp>

namespace paddock::tool {

/// Directories as a table for people, one a line: path, kind, how many hold and wait, state, the first holder.
std::string list_table(const std::string& root, const std::vector<directory_report>& directories);

/// As a JSON array, one object a line; every object has the same keys. Ages are by `now_ms`.
std::string list_json(const std::vector<directory_report>& directories, std::int64_t now_ms);

}  // namespace paddock::tool
