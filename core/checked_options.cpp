#include "core/checked_options.hpp"

#include <paddock/error.hpp>

#include "core/holder_record.hpp"
#include "core/limits.hpp"
#include "core/server_list.hpp"
#include "core/text.hpp"

namespace paddock::detail {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_duration = std::chrono::hours(24);
constexpr std::size_t application_bytes_max = 256;
constexpr std::size_t acl_bytes_max = 64 * 1024;

// Below this a connection times out in its own handshake.
constexpr milliseconds shortest_session = milliseconds(100);

void check_session_timeout(milliseconds value) {
    if (value >= shortest_session && value <= session_timeout_max) return;
    throw argument_error(errc::invalid_duration, "session_timeout: " + std::to_string(value.count()) +
                                                     " ms is not between 100 ms and 24 h");
}

void check_duration(const char* name, milliseconds value) {
    if (value > milliseconds::zero() && value <= longest_duration) return;
    throw argument_error(errc::invalid_duration, std::string(name) + ": " + std::to_string(value.count()) +
                                                     " ms is not between 1 ms and 24 h");
}

void check_heartbeat(const client_options& options) {
    if (!options.heartbeat_interval) return;
    check_duration("heartbeat_interval", *options.heartbeat_interval);
    if (*options.heartbeat_interval <= options.session_timeout / 4) return;
    throw argument_error(errc::invalid_duration,
                         "heartbeat_interval: " + std::to_string(options.heartbeat_interval->count()) +
                             " ms is more than a quarter of the session timeout of " +
                             std::to_string(options.session_timeout.count()) + " ms");
}

void check_auth(const std::vector<credentials>& auth) {
    for (const credentials& one : auth) {
        if (one.scheme.empty() || one.scheme.find('\0') != std::string::npos) {
            throw argument_error(errc::invalid_argument, "auth: scheme '" + printable(one.scheme) +
                                                             "' must be non-empty and without NUL");
        }
        const auto colon = one.secret.find(':');
        if (one.scheme == "digest" && (colon == std::string::npos || colon == 0)) {
            // The secret itself is not put into a message.
            throw argument_error(errc::invalid_argument,
                                 "auth: the secret of scheme 'digest' must be 'user:password'");
        }
    }
}

void check_application(const std::string& name) {
    if (name.size() <= application_bytes_max && is_utf8(name)) return;
    throw argument_error(errc::invalid_argument,
                         "application: '" + printable(name) + "' must be valid UTF-8 of at most 256 bytes");
}

}  // namespace

checked_options check_options(const client_options& options) {
    (void)parse_servers(options.servers);
    check_session_timeout(options.session_timeout);
    if (options.connect_timeout) check_duration("connect_timeout", *options.connect_timeout);
    check_heartbeat(options);
    check_auth(options.auth);
    check_application(options.application);
    switch (options.on_loss) {
        case loss_policy::grace:
        case loss_policy::strict:
        case loss_policy::terminate: break;
        default:
            throw argument_error(
                errc::invalid_argument,
                "on_loss: " + std::to_string(static_cast<int>(options.on_loss)) + " is not a loss_policy");
    }
    checked_options checked;
    checked.session.parameters.servers = options.servers;
    checked.session.parameters.timeout = options.session_timeout;
    checked.session.parameters.connect_timeout = options.connect_timeout;
    checked.session.parameters.auth = options.auth;
    checked.session.on_loss = options.on_loss;
    checked.session.quorum_checks = options.lease_heartbeat;
    checked.session.heartbeat_interval = options.heartbeat_interval;
    checked.prefix = name_space(options.name_space);
    checked.application = options.application.empty() ? program_name() : options.application;
    checked.acls =
        options.acls ? options.acls : [](std::string_view, node_role) { return std::vector<acl>{acl()}; };
    return checked;
}

std::vector<acl> provided_acls(const acl_provider& provider, std::string_view path, node_role role) {
    std::vector<acl> given = provider(path, role);
    bool valid = !given.empty();
    std::size_t bytes = 0;
    for (const acl& entry : given) {
        valid = valid && !entry.scheme.empty() && (entry.permissions & ~can_all) == 0;
        bytes += entry.scheme.size() + entry.id.size();
    }
    if (bytes > acl_bytes_max) {
        throw argument_error(errc::payload_too_large, "acls: the list given for '" + printable(path) +
                                                          "' has " + std::to_string(bytes) +
                                                          " bytes, more than " +
                                                          std::to_string(acl_bytes_max));
    }
    if (!valid) {
        throw argument_error(errc::invalid_argument,
                             "acls: the list given for '" + printable(path) +
                                 "' must have entries, each with a scheme and known permissions");
    }
    return given;
}

}  // namespace paddock::detail
