#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <paddock/types.hpp>

namespace paddock {

/// What becomes of a lease while its session is `suspect` (see `lease_state`), and of the process when it is lost.
enum class loss_policy {
    grace,      ///< suspect leases may become held again; the holder decides how long to go on
    strict,     ///< a suspect lease is lost at once
    terminate,  ///< as grace, and the process is aborted when a lease is lost
};

/// Everything a client needs to know. Checked by the constructor of `client`, which throws `argument_error`.
struct client_options {
    /// "host:port,host:port"; the port defaults to 2181; IPv6 as "[::1]:2181". Names are resolved in the
    /// background and again when all addresses have failed. A chroot ("/path" behind the list) is refused:
    /// use `name_space`.
    std::string servers = "127.0.0.1:2181";

    /// Absolute path put in front of every path of this client; created on demand. Empty or "/" for none.
    std::string name_space = {};

    /// Time without contact after which servers may end the session: 100 ms to 24 h. Servers clamp it (to 2 to
    /// 20 of their ticks by default); what they answered is `client::session_timeout()`.
    std::chrono::milliseconds session_timeout = std::chrono::seconds(10);

    /// Longest time that one server may take to accept a connection and open the session before the next
    /// one is tried. Default: a third of the session timeout, divided by the number of servers, at least 1 s.
    std::optional<std::chrono::milliseconds> connect_timeout = {};

    loss_policy on_loss = loss_policy::grace;

    /// Whether leases are checked through the leader while they are held. Without it a holder behind a cut-off
    /// follower learns of its loss later than it could. Costs one small quorum write per interval and session.
    bool lease_heartbeat = true;

    /// Time between two such checks, at most a quarter of the session timeout, which is the default.
    std::optional<std::chrono::milliseconds> heartbeat_interval = {};

    std::vector<credentials> auth = {};

    /// Default: everyone may do everything, as Curator's default.
    acl_provider acls = {};

    /// Named in holder records, at most 256 bytes. Default: the program's name.
    std::string application = {};

    /// Where handlers without an executor of their own run. Default: one thread of the client, started when first needed.
    boost::asio::any_io_executor callback_executor = {};
};

}  // namespace paddock
