#pragma once

#include <string>

#include <paddock/client_options.hpp>

#include "core/path.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {

/// Client options that have been found valid, in the form that core uses.
struct checked_options {
    session_settings session;
    name_space prefix;
    std::string application;
    acl_provider acls;
};

/// Throws `argument_error` naming the option, its value and the rule it breaks.
checked_options check_options(const client_options& options);

/// Asks the provider; throws `argument_error` if it gives an empty list or an empty scheme.
std::vector<acl> provided_acls(const acl_provider& provider, std::string_view path, node_role role);

}  // namespace paddock::detail
