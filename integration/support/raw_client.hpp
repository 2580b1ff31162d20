#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integration/support/eventually.hpp"
#include "integration/support/session_identity.hpp"
#include "integration/support/timed_socket.hpp"
#include "integration/support/wire_format.hpp"

namespace paddock::testing {

struct raw_reply {
    std::int32_t xid = 0;
    std::int64_t zxid = 0;
    std::int32_t err = 0;
    std::string body = {};
};

struct raw_event {
    std::int32_t type = 0;  ///< 1 created, 2 deleted, 3 changed, 4 child
    std::string path = {};
};

struct raw_stat {
    std::int64_t czxid = 0;
    std::int64_t mzxid = 0;
    std::int32_t version = 0;
    std::int32_t cversion = 0;
    std::int64_t ephemeral_owner = 0;
    std::int32_t children = 0;
};

struct raw_node {
    std::int32_t err = 0;
    std::string data = {};
    raw_stat stat = {};
};

enum class create_flags : std::int32_t {
    persistent = 0,
    ephemeral = 1,
    sequential = 2,
    ephemeral_sequential = 3
};

/// A small blocking ZooKeeper client, independent of the library under test and of the C client.
///
/// One thread. Sends no pings of its own: a session lives as long as its timeout after the last call. Throws
/// connection_lost when the connection ends or an answer is not there after `default_wait`; server codes are
/// returned.
class raw_client {
public:
    /// Connects, to an existing session when `identity` names one.
    raw_client(const std::string& host, std::uint16_t port, const session_identity& identity = {},
               std::chrono::milliseconds session_timeout = std::chrono::seconds(10));

    /// False when the server answered that the session has expired; nothing else is of use then.
    [[nodiscard]] bool attached() const noexcept { return timeout_.count() > 0; }
    [[nodiscard]] const session_identity& session() const noexcept { return session_; }
    /// As negotiated.
    [[nodiscard]] std::chrono::milliseconds session_timeout() const noexcept { return timeout_; }

    /// Sends a request and returns its xid. `body` holds the fields after the header.
    std::int32_t send(opcode op, const frame_writer& body);
    /// The next reply; watch events that come first are kept for `next_event`.
    [[nodiscard]] raw_reply receive(std::chrono::milliseconds within = default_wait);
    /// `send` and `receive`; only while no other reply is outstanding.
    raw_reply call(opcode op, const frame_writer& body);
    /// None when none comes in time.
    [[nodiscard]] std::optional<raw_event> next_event(std::chrono::milliseconds within = default_wait);
    /// True when bytes have arrived that no call has read yet.
    [[nodiscard]] bool has_input() const {
        return wait_readable(socket_.fd(), std::chrono::steady_clock::now());
    }
    /// True when the other side closes the connection (without another frame) in time.
    [[nodiscard]] bool wait_closed(std::chrono::milliseconds within = default_wait);

    std::int32_t create(std::string_view path, std::string_view data = {},
                        create_flags flags = create_flags::persistent);
    std::int32_t remove(std::string_view path, std::int32_t version = -1);
    std::int32_t set_data(std::string_view path, std::string_view data, std::int32_t version = -1);
    [[nodiscard]] raw_node get(std::string_view path, bool watch = false);
    [[nodiscard]] std::int32_t exists(std::string_view path, bool watch = false);
    /// Empty for a missing node too.
    [[nodiscard]] std::vector<std::string> children(std::string_view path, bool watch = false);
    void ping();
    /// What comes after it sees all that had been committed before, also at a server that lags behind.
    std::int32_t sync(std::string_view path);
    /// Ends the session; its ephemeral nodes are gone when this returns `ok`.
    std::int32_t close_session();

    /// The fields of a create request, for `send`.
    [[nodiscard]] static frame_writer create_request(std::string_view path, std::string_view data,
                                                     create_flags flags);

private:
    [[nodiscard]] std::string receive_payload(time_point deadline);
    void receive_one(time_point deadline);

    timed_socket socket_;
    session_identity session_;
    std::chrono::milliseconds timeout_{0};
    std::int32_t last_xid_ = 0;
    std::deque<raw_event> events_;
    std::deque<raw_reply> replies_;
};

/// Ends somebody else's session, as Curator's KillSession does: attaches to it and closes it, which the
/// session's owner meets as an expiry. True when the session is gone, also when it was gone before; the
/// server answers a wrong password in the same way. Repeats when the owner re-attaches in between, until
/// `within` has passed.
[[nodiscard]] bool close_session(const std::string& host, std::uint16_t port,
                                 const session_identity& identity,
                                 std::chrono::milliseconds within = default_wait);

/// The answer to a four-letter command; empty when the server does not answer.
[[nodiscard]] std::string four_letter(const std::string& host, std::uint16_t port, std::string_view word,
                                      std::chrono::milliseconds within = std::chrono::seconds(2));

}  // namespace paddock::testing
