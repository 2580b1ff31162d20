#pragma once

#include <cstdint>
#include <vector>

#include "recipes/double_barrier/generation/generation_record.hpp"

namespace paddock::detail {

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
