#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/contender/queue_plan.hpp"

namespace paddock::detail {

/// What Curator's InterProcessReadWriteLock names its nodes; both kinds share one counter.
inline constexpr std::string_view read_kind = "__READ__";
inline constexpr std::string_view write_kind = "__WRIT__";

/// The oldest holds. A reader waits for the nearest earlier writer, whoever else is before it; a writer for its immediate
/// predecessor. Only earlier numbers count (hazard B16). A reader that was a writer has its writer's number, and so its
/// place (hazard C14).
queue_plan plan_read(const queue_view& seen);
queue_plan plan_write(const queue_view& seen);

/// The contenders of both kinds among `children`, in queue order.
std::vector<queue_entry> read_write_queue(const std::vector<std::string>& children, std::string_view record);

/// "_c_<uuid>-__WRIT__0000000007" and another uuid -> "_c_<uuid>-__READ__0000000007": the name of the reader that a
/// writer becomes. Nothing for names of other nodes.
std::optional<std::string> downgraded_name(std::string_view writer, std::string_view uuid);

}  // namespace paddock::detail
