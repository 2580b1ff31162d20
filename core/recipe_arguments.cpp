#include "core/recipe_arguments.hpp"

#include "core/path.hpp"

namespace paddock::detail {

std::shared_ptr<client_core> live_client(std::shared_ptr<client_core> on, std::string_view recipe) {
    if (on) return on;
    throw argument_error(errc::invalid_argument,
                         std::string(recipe) + ": the client was moved from; it must be a live client");
}

std::string recipe_path(std::string path, std::string_view recipe) {
    validate_path(path, recipe);
    if (path != "/") return path;
    throw argument_error(errc::invalid_path, std::string(recipe) + ": path '/' must not be the root");
}

std::string path_at_server(const client_core& client, const std::string& path, std::string_view recipe) {
    std::string outside = client.options().prefix.outside(path);
    validate_path(outside, recipe);
    return outside;
}

}  // namespace paddock::detail
