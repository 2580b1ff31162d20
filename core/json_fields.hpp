#pragma once

#include <optional>
#include <string_view>

#include <boost/json.hpp>

namespace paddock::detail {

/// The fields of a record that is stored in a node; nothing for other data. Never throws for what it reads: the data may
/// come from anybody.
inline std::optional<boost::json::object> json_fields(std::string_view data) {
    if (data.empty() || data.front() != '{') return std::nullopt;
    boost::system::error_code failure;
    boost::json::parse_options shallow;
    shallow.max_depth = 4;
    boost::json::value parsed =
        boost::json::parse({data.data(), data.size()}, failure, boost::json::storage_ptr(), shallow);
    if (failure || !parsed.is_object()) return std::nullopt;
    return std::move(parsed.get_object());
}

}  // namespace paddock::detail
