#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/client_options.hpp>
#include <paddock/error.hpp>
#include <paddock/subscription.hpp>
#include <paddock/transaction.hpp>

namespace paddock {

namespace detail {
class client_core;
class client_runtime;
}  // namespace detail

/// The client owns one session after another; this is the state of the present one.
enum class session_state {
    connecting,  ///< no session yet, or the next one is being opened
    connected,   ///< a server answers
    suspended,   ///< the connection is lost, the session may live on
    lost,        ///< the session has ended; a new one follows
    closed,      ///< the client was closed; final
};

/// What `client::on_state_change` reports.
struct session_event {
    session_state state = session_state::connecting;
    std::int64_t session_id = 0;           ///< 0 while there is none
    std::chrono::milliseconds timeout{0};  ///< as negotiated; 0 while there is none
    error_code reason;                     ///< why it was lost, suspended or closed
};

/// Counters since the client was made, and what is there now.
struct client_stats {
    std::uint64_t sessions = 0;       ///< sessions begun
    std::uint64_t reconnects = 0;     ///< connections after the first of a session
    std::uint64_t requests_sent = 0;  ///< requests handed to the server connection, heartbeats included
    std::uint64_t heartbeats = 0;     ///< of these, heartbeats (idle and lease)
    std::uint64_t nudges = 0;         ///< of these, reads sent because an answer was overdue (ZOOKEEPER-4537)
    std::uint64_t bytes_sent = 0;     ///< on the wire, by the operating system's count
    std::uint64_t bytes_received = 0;  ///< on the wire, by the operating system's count
    std::uint64_t leases_lost = 0;     ///< leases that ended by loss, and places kept without a holder
    std::size_t leases = 0;            ///< leases held or suspect
    std::size_t waiters =
        0;  ///< acquires, commits, listings under way, places shared by acquires; latches, observers
    std::size_t watches = 0;      ///< paths watched
    std::size_t watch_bytes = 0;  ///< what re-registering them would send, see `errc::limit_exceeded`
    std::size_t ephemeral_path_bytes = 0;  ///< path bytes of this session's nodes
    std::size_t obligations = 0;           ///< deletions promised and not yet confirmed
};

/// A long-lived connection to an ensemble. Make one per process (or a few: each has its own session budget);
/// recipes are constructed on it.
///
/// All clients of a process share one reactor thread, which starts with the first and ends with the last.
/// After fork() a copy in the child does nothing and fails with `errc::wrong_process`; the child may make new
/// clients. Thread-safe, except that destruction must not overlap other calls. Recipes and leases may outlive
/// the client; they then fail with `errc::client_closed`. A client that was moved from may only be assigned to
/// or destroyed, as all objects of this library.
///
/// Handlers must not throw: what leaves a handler ends the process, unless the handler's own executor deals with it. An
/// executor that runs its work inline (the system executor excepted) would run it on the reactor: give none such.
class PADDOCK_EXPORT client {
public:
    /// Checks the options and starts connecting in the background. Throws `argument_error`.
    explicit client(client_options options);
    client(client&&) noexcept;
    client& operator=(client&&) noexcept;
    /// As `close()`.
    ~client();

    /// Ends the session: waiting acquires complete with `errc::client_closed`, leases are lost, the server
    /// deletes the session's nodes at once if it can be reached, else when the session times out. Waits for
    /// that, at most about 2 s, and for handlers on the client's own thread that have begun. Idempotent; may be
    /// called from a handler.
    void close();

    [[nodiscard]] session_state state() const;
    [[nodiscard]] std::int64_t session_id() const;  ///< 0 while there is none
    [[nodiscard]] std::chrono::milliseconds session_timeout()
        const;  ///< as negotiated; 0 while there is none
    [[nodiscard]] client_stats stats() const;

    /// Blocks until the client is connected; false when `timeout` has passed or the client is closed.
    bool wait_connected(std::chrono::milliseconds timeout);

    /// Calls `handler` after each change, in order, on the callback executor.
    subscription on_state_change(std::function<void(const session_event&)> handler);

    /// Commits: all operations take effect, or none. Waits for a connection first; `timeout` bounds it all.
    ///
    /// Errors: `errc::lease_lost` when the guard failed; the server's code of the first operation that failed;
    /// `errc::outcome_unknown` when the connection broke, or the client was closed, after sending (make the
    /// transaction idempotent, for instance with a uniquely named create, and look); `errc::servers_unreachable`;
    /// `errc::payload_too_large`; `errc::client_closed`. Cost: one quorum write.
    std::vector<transaction_result> commit(const transaction& writes,
                                           std::chrono::milliseconds timeout = std::chrono::seconds(10));
    std::vector<transaction_result> commit(const transaction& writes, std::chrono::milliseconds timeout,
                                           error_code& ec);

    /// Completion signature: `void(error_code, std::vector<transaction_result>)`. Cancellation: terminal,
    /// partial, total; completes at once with `operation_aborted`, and the outcome is then unknown.
    template <boost::asio::completion_token_for<void(error_code, std::vector<transaction_result>)> Token>
    auto async_commit(const transaction& writes, std::chrono::milliseconds timeout, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::vector<transaction_result>)>(
            [](auto handler, std::shared_ptr<detail::client_core> core, transaction copy,
               std::chrono::milliseconds limit) {
                start_commit(std::move(core), std::move(copy), limit, std::move(handler));
            },
            token, core_, writes, timeout);
    }

    /// For the library's own use.
    [[nodiscard]] const std::shared_ptr<detail::client_core>& core() const noexcept { return core_; }
    explicit client(std::shared_ptr<detail::client_core> core) noexcept;

private:
    static void start_commit(
        std::shared_ptr<detail::client_core> core, transaction writes, std::chrono::milliseconds timeout,
        boost::asio::any_completion_handler<void(error_code, std::vector<transaction_result>)> handler);

    std::shared_ptr<detail::client_core> core_;
    std::unique_ptr<detail::client_runtime> runtime_;
};

}  // namespace paddock
