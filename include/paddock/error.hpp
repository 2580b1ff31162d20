#pragma once

#include <string>

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <paddock/export.hpp>

namespace paddock {

using boost::system::error_code;

/// Failures that Paddock adds to ZooKeeper's own codes.
enum class errc {
    timed_out = 1,        ///< The deadline passed while others were ahead, or changed what was read.
    servers_unreachable,  ///< The deadline passed and no server had answered in the meantime.
    session_expired,      ///< The session ended; every ephemeral node of it is gone or about to go.
    lease_lost,           ///< The node that stood for the lease is gone, or may be: the lease is over.
    outcome_unknown,      ///< A write was sent and not answered in time; it may or may not have happened.
    client_closed,        ///< The client was closed before or while the operation ran.
    limit_exceeded,       ///< A budget of the session (watch bytes, path bytes) would be overrun.
    payload_too_large,    ///< The data of one request exceeds what a server accepts.
    invalid_path,         ///< Not an absolute, normalised ZooKeeper path.
    invalid_servers,      ///< The server list is empty or malformed.
    invalid_duration,     ///< A timeout is zero, negative or out of range.
    invalid_argument,     ///< Another argument breaks the rule that the message names.
    not_owner,            ///< Released or re-entered by an owner that does not hold it.
    would_deadlock,       ///< Waiting would never end, because the caller itself holds what it waits for.
    sequence_exhausted,   ///< The directory's sequence counter is near its end; remove the directory.
    wrong_process,        ///< The object was inherited over fork(); only the parent may use it.
    empty_lease,          ///< The lease holds nothing.
    invalid_token,        ///< Not the text of a fencing token.
    conflict,             ///< Two programs disagree about a setting that is stored at the servers.
    broken_barrier,       ///< A member of the barrier's generation is gone; nobody else can pass it any more.
};

/// ZooKeeper's own codes (category `zookeeper_category()`), as far as callers can meet and act on them.
enum class server_errc {
    system_error = -1,
    marshalling_error = -5,
    unimplemented = -6,
    no_node = -101,
    no_auth = -102,
    bad_version = -103,
    no_children_for_ephemerals = -108,
    node_exists = -110,
    not_empty = -111,
    invalid_acl = -114,
    auth_failed = -115,
    quota_exceeded = -125,
    throttled = -127,
};

PADDOCK_EXPORT const boost::system::error_category& paddock_category() noexcept;
PADDOCK_EXPORT const boost::system::error_category& zookeeper_category() noexcept;

inline error_code make_error_code(errc e) noexcept { return {static_cast<int>(e), paddock_category()}; }
inline error_code make_error_code(server_errc e) noexcept {
    return {static_cast<int>(e), zookeeper_category()};
}

/// Thrown before anything is sent when an argument breaks a rule; the text names the value and the rule.
class PADDOCK_EXPORT argument_error : public boost::system::system_error {
public:
    argument_error(errc code, const std::string& text);
    ~argument_error() override;
};

}  // namespace paddock

template <>
struct boost::system::is_error_code_enum<paddock::errc> : std::true_type {};
template <>
struct boost::system::is_error_code_enum<paddock::server_errc> : std::true_type {};
