#pragma once

#include <vector>

#include <paddock/lease.hpp>

#include "core/client_core.hpp"
#include "core/contender/joined_node.hpp"
#include "core/contender/queue_join.hpp"

namespace paddock::detail {

/// The lease of nodes whose turn has come, one in each queue: it takes them over from `mine`, in the care of their session.
lease grant_lease(const client_core& core, const std::vector<settings_ptr>& queues,
                  std::vector<joined_node>& mine);

}  // namespace paddock::detail
