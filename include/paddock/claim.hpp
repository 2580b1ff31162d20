#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/client.hpp>
#include <paddock/deadline.hpp>
#include <paddock/lease.hpp>

namespace paddock {

namespace detail {
class claim_core;
}

/// Something that can be held: a mutex, the read or the write side of a read-write lock, permits of a semaphore, several
/// of these at once. What is held is a `lease`, and ownership is that object, not a thread.
///
/// Cheap to copy; copies are the same claim, and each acquire is for itself. Construction does no I/O. Thread-safe. A
/// cancelled, timed-out or failed acquire leaves no node behind: its deletion goes on in the background until a server
/// has confirmed it or the session has ended. When the session ends while waiting, the acquire joins again at the end of
/// the queue, under the same deadline.
///
/// Errors of every acquire, besides those named there: `errc::limit_exceeded`, `errc::sequence_exhausted`,
/// `errc::client_closed`, `errc::wrong_process`, and server codes that waiting does not mend, such as
/// `server_errc::no_auth`. Connection loss is handled inside.
class PADDOCK_EXPORT claim {
public:
    /// Blocks until held. Unbounded; end it with `stop` (`asio::error::operation_aborted`) or by closing the client.
    lease acquire();
    lease acquire(error_code& ec);
    lease acquire(std::stop_token stop, error_code& ec);

    /// One attempt that does not wait in the queue: empty with `errc::timed_out` when it cannot be held at once, empty
    /// with `errc::servers_unreachable` when no server answers within the session timeout. The first form throws other
    /// errors.
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
        return initiate(wait_mode::queue, detail::no_deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_acquire_until(std::chrono::steady_clock::time_point deadline, Token&& token) {
        return initiate(wait_mode::queue, deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_acquire_for(std::chrono::nanoseconds limit, Token&& token) {
        return initiate(wait_mode::queue, detail::deadline_after(limit), std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_try_acquire(Token&& token) {
        return initiate(wait_mode::no_queue, detail::no_deadline, std::forward<Token>(token));
    }

    /// What is claimed, without the client's name space.
    [[nodiscard]] const std::string& path() const noexcept;

    /// For the library's own use.
    explicit claim(std::shared_ptr<detail::claim_core> core) noexcept;
    [[nodiscard]] const std::shared_ptr<detail::claim_core>& core() const noexcept { return core_; }

private:
    enum class wait_mode { queue, no_queue };

    template <class Token>
    auto initiate(wait_mode mode, std::chrono::steady_clock::time_point deadline, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, lease)>(
            [](auto handler, std::shared_ptr<detail::claim_core> core, wait_mode how,
               std::chrono::steady_clock::time_point until) {
                start_acquire(std::move(core), how, until, std::move(handler));
            },
            token, core_, mode, deadline);
    }

    static void start_acquire(std::shared_ptr<detail::claim_core> core, wait_mode mode,
                              std::chrono::steady_clock::time_point deadline,
                              boost::asio::any_completion_handler<void(error_code, lease)> handler);
    lease acquire_blocking(wait_mode mode, std::chrono::steady_clock::time_point deadline,
                           std::stop_token stop, error_code& ec);

    std::shared_ptr<detail::claim_core> core_;
};

}  // namespace paddock
