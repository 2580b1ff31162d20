#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <paddock/contender_info.hpp>

namespace paddock::detail {

/// Compact JSON, for the data of a contender's node.
std::string write_record(const holder_record& record);

/// Reads what `write_record` wrote, in this or a later version; nothing for other data. Never throws: the data
/// may come from anybody.
std::optional<holder_record> read_record(std::string_view data);

/// Writes the record of who joins a queue, at the time at which it joins.
std::function<std::string()> record_writer(std::string application, std::string purpose);

/// Name of this host, or "unknown".
std::string host_name();
/// Name of this program, for records of clients without an application name.
std::string program_name();

}  // namespace paddock::detail
