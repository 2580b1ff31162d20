#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/client_core.hpp"

namespace paddock::detail {

/// Throws `argument_error` unless there is a client; `recipe` names who asks.
std::shared_ptr<client_core> live_client(std::shared_ptr<client_core> on, std::string_view recipe);

/// Throws `argument_error` unless it is an absolute path, other than the root.
std::string recipe_path(std::string path, std::string_view recipe);

/// The path at the server. Throws `argument_error` if it is none with the client's name space in front.
std::string path_at_server(const client_core& client, const std::string& path, std::string_view recipe);

}  // namespace paddock::detail
