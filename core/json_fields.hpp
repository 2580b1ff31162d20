#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/json.hpp>

namespace paddock::detail {

/// The fields of a record that is stored in a node; nothing for other data. Never throws for what it reads, nor do the
/// functions below: the data may come from anybody.
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

/// A field that is a whole number from `least` to `most`; nothing for any other.
inline std::optional<std::int64_t> number_in(const boost::json::object& fields, std::string_view key,
                                             std::int64_t least = 0,
                                             std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
    const boost::json::value* const field = fields.if_contains(key);
    if (field == nullptr || !field->is_int64()) return std::nullopt;
    const std::int64_t number = field->get_int64();
    return number < least || number > most ? std::nullopt : std::optional(number);
}

/// A field that is a list of strings, or of whole numbers, and of nothing else.
template <class T>
std::optional<std::vector<T>> list_in(const boost::json::object& fields, std::string_view key) {
    const boost::json::value* const field = fields.if_contains(key);
    if (field == nullptr || !field->is_array()) return std::nullopt;
    std::vector<T> list;
    for (const boost::json::value& each : field->get_array()) {
        if constexpr (std::is_same_v<T, std::string>) {
            if (!each.is_string()) return std::nullopt;
            list.emplace_back(each.get_string());
        } else {
            if (!each.is_int64()) return std::nullopt;
            list.push_back(each.get_int64());
        }
    }
    return list;
}

}  // namespace paddock::detail
