#pragma once

#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/checked_options.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {

/// The levels of a directory, outermost first, each with its access control list.
using parent_levels = std::vector<std::pair<std::string, std::vector<acl>>>;

/// Those above a node. On the caller's thread, because it asks the user's `acl_provider`.
parent_levels levels_above(const std::string& path, const acl_provider& acls);

/// Creates them as containers, all in one network wait; the answer is that of the last level that was refused.
asio::awaitable<error_code> create_levels(session& home, const parent_levels& levels);

}  // namespace paddock::detail
