#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <paddock/contender_info.hpp>

namespace paddock::tool {

/// The queue of `path` as a table for people; ages are by `now_ms` (milliseconds since 1970).
std::string who_table(const std::string& path, const std::vector<contender_info>& queue, std::int64_t now_ms);

/// The queue as a JSON array, one object a line, holder first. Every object has the same keys; what a foreign
/// contender does not tell is null, and what Paddock did not write is under "data".
std::string who_json(const std::vector<contender_info>& queue, std::int64_t now_ms);

/// A session id as ZooKeeper's own tools print it.
std::string session_text(std::int64_t session_id);

}  // namespace paddock::tool
