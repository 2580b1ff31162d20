#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/sim/tree.hpp"
#include "tests/sim/wire.hpp"

namespace paddock::testing {

/// True for what the access control lists forbid. A `check` in a multi counts as a get.
using denial = std::function<bool(request_kind, const std::string& path)>;

/// create, set, remove and multi go through the leader.
bool is_write(request_kind kind);

/// Executes a get, exists or children (sync, ping and remove_watch succeed).
response execute_read(const sim_tree& tree, const request& what, const denial& denied);

/// Executes a write for `session`; on an error the tree and `into` are as before.
response execute_write(sim_tree& tree, const request& what, std::int64_t session, const denial& denied,
                       txn& into);

}  // namespace paddock::testing
