#pragma once

#include <cstdint>

#include "core/contender/queue_plan.hpp"

namespace paddock::detail {

/// Curator's rule: there is room while the directory has no more children than permits, whatever their names (hazard F1:
/// the own one is among them, it was created first).
queue_plan plan_curator_lease(std::uint32_t limit, const queue_view& seen);

}  // namespace paddock::detail
