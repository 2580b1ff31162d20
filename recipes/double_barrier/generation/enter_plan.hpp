#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/contender/queue_plan.hpp"
#include "recipes/double_barrier/generation/generation_record.hpp"

namespace paddock::detail {

/// What names an entrant's node.
inline constexpr std::string_view member_kind = "member-";

/// How many members a barrier with a directory path of this length may have: one request checks the nodes of all and
/// writes the names of all.
std::size_t members_max(std::size_t directory_length);

/// Pure. Members are always the entrants with the lowest numbers, so those up to the last member's number belong to
/// this generation or an earlier one, and those above it to none yet. Enough of these declare themselves the next
/// generation, which needs the nodes of all. `size` is what this program declares.
queue_plan plan_enter(std::size_t size, const queue_view& seen);

}  // namespace paddock::detail
