#pragma once

#include <cstdint>
#include <string>

#include <boost/json/object.hpp>

#include <paddock/inspect.hpp>

namespace paddock::tool {

/// The queue of a directory as a table for people, below a line of what `state_text` says, if anything; ages are by
/// `now_ms` (milliseconds since 1970).
std::string who_table(const directory_report& directory, std::int64_t now_ms);

/// The queue as a JSON array, one object a line, holders first. Every object has the same keys; what a foreign
/// contender does not tell is null, and what Paddock did not write is under "data".
std::string who_json(const directory_report& directory, std::int64_t now_ms);

/// One contender, as in `who_json`.
boost::json::object contender_json(const contender_info& contender, std::int64_t now_ms);

/// What a directory says besides its queue: "5 of 8 permits held", "3 of 6 left", "closed"; empty if nothing.
std::string state_text(const directory_report& directory);

/// A session id as ZooKeeper's own tools print it.
std::string session_text(std::int64_t session_id);

}  // namespace paddock::tool
