#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/client_core.hpp"
#include "core/directory_level.hpp"

namespace paddock::detail {

/// The one persistent node of a recipe's object, which all its copies share; outlives them while operations run.
class recipe_node {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`; `recipe` names who asks.
    recipe_node(std::shared_ptr<client_core> on, std::string path, std::string_view recipe);

    const std::shared_ptr<client_core> client;
    const std::string path;
    const std::string node;  ///< path at the server
    const std::vector<acl> acls;
    const std::vector<directory_level> parents;
};

}  // namespace paddock::detail
