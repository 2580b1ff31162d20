#pragma once

#include <string>
#include <vector>

namespace paddock::testing {

inline bool writes(const std::string& name) { return name.find("__WRIT__") != std::string::npos; }

/// Of the contenders, oldest place first: the first, and if it reads, all readers up to the next writer.
inline std::vector<std::string> readers_or_writer(const std::vector<std::string>& children) {
    std::vector<std::string> holders;
    for (const std::string& name : children) {
        if (!name.starts_with("_c_")) continue;
        if (writes(name) && !holders.empty()) break;
        holders.push_back(name);
        if (writes(name)) break;
    }
    return holders;
}

}  // namespace paddock::testing
