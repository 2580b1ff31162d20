#include "core/recipe_node.hpp"

#include <utility>

#include "core/recipe_arguments.hpp"

namespace paddock::detail {

recipe_node::recipe_node(std::shared_ptr<client_core> on, std::string where, std::string_view recipe)
    : client(live_client(std::move(on), recipe)),
      path(recipe_path(std::move(where), recipe)),
      node(path_at_server(*client, path, recipe)),
      acls(provided_acls(client->options().acls, node, node_role::contender)),
      parents(levels_above(node, client->options().acls)) {}

}  // namespace paddock::detail
