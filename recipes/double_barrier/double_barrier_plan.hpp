#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/double_barrier/generation_record.hpp"

namespace paddock::detail {

/// What names an entrant's node.
inline constexpr std::string_view member_kind = "member-";

/// How many members a barrier with a directory path of this length may have: one request checks the nodes of all and
/// writes the names of all.
std::size_t members_max(std::size_t directory_length);

/// What an entrant sees.
struct enter_view {
    std::string_view own;  ///< node's name
    const std::vector<std::string>& children;
    std::optional<generation_record> record;  ///< nothing: the data is something else
    std::size_t size = 0;                     ///< as this program declares it
};

struct enter_step {
    enum class kind {
        pass,       ///< it is a member of the generation that is in
        wait,       ///< for the record's next change
        propose,    ///< write `next`, if all its members' nodes exist
        broken,     ///< it was a member, and its generation broke before it was in
        absent,     ///< the own node is not there: never a member (hazard B12)
        exhausted,  ///< the sequence counter is too near its end to be trusted (hazard A14)
        conflict,   ///< another program declares another size, or the data is something else
    };
    kind what = kind::absent;
    generation_record next = {};
};

/// Pure. Members are always the entrants with the lowest numbers, so those up to the last member's number belong to
/// this generation or an earlier one, and those above it to none yet.
enter_step plan_enter(const enter_view& seen);

/// What has become of a member's generation.
enum class generation_fate { in, left, broken };

/// Pure. `generation` is the member's own; `marked` says that it has tried to mark its node. Whoever has not cannot have
/// been left behind by a generation that all members have left.
generation_fate plan_leave(const generation_record& seen, std::int64_t generation, bool marked);

/// A member's node as a leaver sees it.
enum class member_state { gone, staying, leaving };

enum class leave_step {
    finish,     ///< all leave: write "idle", if that still holds
    break_off,  ///< one is gone: write "broken"
    wait,       ///< for the record's next change, and the next member's in the ring
};

/// Pure.
leave_step plan_members(const std::vector<member_state>& members);

/// The record after a generation has come to its end.
generation_record after_leaving(generation_record record);
generation_record after_break(generation_record record);

}  // namespace paddock::detail
