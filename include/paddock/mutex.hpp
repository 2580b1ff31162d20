#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/client.hpp>
#include <paddock/contender_info.hpp>
#include <paddock/lease.hpp>

namespace paddock {

namespace detail {
class mutex_core;
}

struct mutex_options {
    /// Told to others in the holder record; at most 1024 bytes of UTF-8.
    std::string purpose = {};
    /// Called on the callback executor with the number of contenders ahead: when an acquire has its place and
    /// whenever it learns a new number. 0 is told before the grant; a blocking acquire may return before this has run.
    std::function<void(std::size_t ahead)> on_position = {};
};

/// An exclusive, fair lock shared by every process that names the same directory of the same ensemble.
///
/// Holders follow the order in which their nodes were created. Source: "Locks" in ZooKeeper Recipes and
/// Solutions; names and order are those of Curator's InterProcessMutex (so also of go-zookeeper and the Rust
/// client's Curator prefix), with which it can share a directory. Not re-entrant, see `reentrant_mutex`; an
/// acquire by the holder itself waits like any other. Ownership is the lease, not a thread.
///
/// Costs: acquire uncontended one create2 and one getChildren in one network wait; contended one getData with
/// watch more, and per wake one getChildren; release one delete; per grant one getData with watch in the background.
///
/// Construction does no I/O. Thread-safe. A cancelled, timed-out or failed acquire leaves no node behind: its
/// deletion goes on in the background until a server has confirmed it or the session has ended. When the
/// session ends while waiting, the acquire joins again at the end of the queue, under the same deadline.
///
/// Errors of every acquire, besides those named there: `errc::limit_exceeded`, `errc::sequence_exhausted`,
/// `errc::client_closed`, `errc::wrong_process`, and server codes that waiting does not mend, such as
/// `server_errc::no_auth`. Connection loss is handled inside.
class PADDOCK_EXPORT mutex {
public:
    /// `directory` is an absolute path under the client's name space; it is created, with its parents, as
    /// containers when first needed. Throws `argument_error`.
    mutex(client& on, std::string directory, mutex_options options = {});

    /// Blocks until held. Unbounded; end it with `stop` (`asio::error::operation_aborted`) or by closing the client.
    lease acquire();
    lease acquire(error_code& ec);
    lease acquire(std::stop_token stop, error_code& ec);

    /// One attempt that does not wait in the queue: empty with `errc::timed_out` when somebody else is ahead, empty
    /// with `errc::servers_unreachable` when no server answers within the session timeout. The first form throws other errors.
    lease try_acquire();
    lease try_acquire(error_code& ec);

    /// Waits up to a limit that covers connecting too. Empty with `errc::timed_out` (others were ahead) or
    /// `errc::servers_unreachable`. A lease granted just at the limit is returned, never lost. A limit of zero
    /// or less is refused (`errc::invalid_duration`); a deadline in the past has passed. The forms without
    /// `ec` throw other errors.
    lease try_acquire_for(std::chrono::nanoseconds limit);
    lease try_acquire_for(std::chrono::nanoseconds limit, error_code& ec);
    lease try_acquire_until(std::chrono::steady_clock::time_point deadline);
    lease try_acquire_until(std::chrono::steady_clock::time_point deadline, error_code& ec);

    /// Completion signature of the async forms: `void(error_code, lease)`; the lease is non-empty iff there is
    /// no error. Cancellation: terminal, partial, total; completes at once with `operation_aborted`.
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_acquire(Token&& token) {
        return initiate(wait_mode::queue, std::chrono::steady_clock::time_point::max(),
                        std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_acquire_until(std::chrono::steady_clock::time_point deadline, Token&& token) {
        return initiate(wait_mode::queue, deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_acquire_for(std::chrono::nanoseconds limit, Token&& token) {
        return initiate(wait_mode::queue, deadline_after(limit), std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_try_acquire(Token&& token) {
        return initiate(wait_mode::no_queue, std::chrono::steady_clock::time_point::max(),
                        std::forward<Token>(token));
    }

    /// Holder and waiters in queue order, as the connected server sees them (it may lag behind the leader).
    /// Empty when the directory does not exist. Throws `system_error`, `errc::servers_unreachable` after
    /// `timeout`. Cost: one getChildren and one getData per contender.
    std::vector<contender_info> contenders(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    std::vector<contender_info> contenders(std::chrono::milliseconds timeout, error_code& ec);
    /// The first in the queue. Cost: one getChildren and one getData.
    std::optional<contender_info> holder(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    std::optional<contender_info> holder(std::chrono::milliseconds timeout, error_code& ec);

    /// Completion signature: `void(error_code, std::vector<contender_info>)`. Cancellation: terminal, partial, total.
    template <boost::asio::completion_token_for<void(error_code, std::vector<contender_info>)> Token>
    auto async_contenders(std::chrono::milliseconds timeout, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::vector<contender_info>)>(
            [](auto handler, std::shared_ptr<detail::mutex_core> core, std::chrono::milliseconds limit) {
                start_contenders(std::move(core), limit, std::move(handler));
            },
            token, core_, timeout);
    }

    /// The directory, without the client's name space.
    [[nodiscard]] const std::string& path() const noexcept;

private:
    enum class wait_mode { queue, no_queue };

    template <class Token>
    auto initiate(wait_mode mode, std::chrono::steady_clock::time_point deadline, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, lease)>(
            [](auto handler, std::shared_ptr<detail::mutex_core> core, wait_mode how,
               std::chrono::steady_clock::time_point until) {
                start_acquire(std::move(core), how, until, std::move(handler));
            },
            token, core_, mode, deadline);
    }

    static std::chrono::steady_clock::time_point deadline_after(std::chrono::nanoseconds limit);
    static void start_acquire(std::shared_ptr<detail::mutex_core> core, wait_mode mode,
                              std::chrono::steady_clock::time_point deadline,
                              boost::asio::any_completion_handler<void(error_code, lease)> handler);
    static void start_contenders(
        std::shared_ptr<detail::mutex_core> core, std::chrono::milliseconds timeout,
        boost::asio::any_completion_handler<void(error_code, std::vector<contender_info>)> handler);

    lease acquire_blocking(wait_mode mode, std::chrono::steady_clock::time_point deadline,
                           std::stop_token stop, error_code& ec);

    std::shared_ptr<detail::mutex_core> core_;
};

}  // namespace paddock
