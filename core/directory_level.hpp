#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/checked_options.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {

/// A directory may be reaped as fast as it is made, but not for ever: so often it is made anew (hazard A8).
inline constexpr int missing_rounds_max = 100;

/// One level of the path to what a recipe works on, made when it is missing.
struct directory_level {
    std::string path;
    std::vector<acl> acls;
    create_mode mode = create_mode::container;
    std::string data;
};

/// Those of a directory, outermost first. On the caller's thread, because it asks the user's `acl_provider`.
std::vector<directory_level> levels_of(const std::string& directory, const acl_provider& acls);
/// Those above a node.
std::vector<directory_level> levels_above(const std::string& node, const acl_provider& acls);

/// Creates them, all in one network wait; the answer is that of the last level that was refused.
asio::awaitable<error_code> create_levels(session& home, const std::vector<directory_level>& levels);

}  // namespace paddock::detail
