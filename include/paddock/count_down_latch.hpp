#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/client.hpp>
#include <paddock/deadline.hpp>

namespace paddock {

namespace detail {
class latch_core;
enum class latch_verb { count_down, wait, count, try_reset };
}  // namespace detail

/// A counter for every process that names the same node of the same ensemble: who waits goes on when it has been counted
/// down to zero.
///
/// Source: Redisson's RCountDownLatch and java.util.concurrent.CountDownLatch; neither Curator nor kazoo has one. The
/// node is persistent: the count outlives whoever counts. It is made on first use with the declared initial count.
/// Construction does no I/O. Thread-safe.
///
/// Every operation comes in the same forms: without a limit; `_for` (more than zero, else `errc::invalid_duration`) and
/// `_until`, which cover connecting too; with `ec` instead of exceptions; and `async_`, of which cancellation (terminal,
/// partial, total) completes at once with `operation_aborted`. A lost connection is handled inside.
///
/// Errors: `errc::conflict` when the node was made with another initial count, or holds something else;
/// `errc::timed_out`, `errc::servers_unreachable` (the deadline passed, and no server had answered),
/// `errc::client_closed`, `errc::wrong_process`, `errc::limit_exceeded` (of a wait: the session has no room for another
/// watch), and server codes that waiting does not mend, such as `server_errc::no_auth`. Of the two that change the count
/// also `errc::outcome_unknown`: the deadline passed, or a server refused, after the change was sent, or 64 other changes
/// were made, or the node was deleted, before the lost reply could be made up for.
class PADDOCK_EXPORT count_down_latch {
    using clock = std::chrono::steady_clock;
    using nanoseconds = std::chrono::nanoseconds;
    using verb = detail::latch_verb;

public:
    /// `path` is an absolute path under the client's name space; its parents are created, as containers, when first
    /// needed. `initial` is from 1 to 2^31 - 1, and the same in all programs. Throws `argument_error`.
    count_down_latch(client& on, std::string path, std::int64_t initial);

    /// Counts down by one, exactly once, whatever happens to connections and sessions on the way. False: it was at zero,
    /// and nothing was changed. Given up, it may have counted. Cost: one getData and one set, more when others count at
    /// the same time.
    bool count_down() { return demand(verb::count_down, detail::no_deadline) != 0; }
    bool count_down(error_code& ec) { return run(verb::count_down, detail::no_deadline, ec) != 0; }
    bool count_down_for(nanoseconds limit) {
        return demand(verb::count_down, detail::deadline_after(limit)) != 0;
    }
    bool count_down_for(nanoseconds limit, error_code& ec) {
        return run_for(verb::count_down, limit, ec) != 0;
    }
    bool count_down_until(clock::time_point deadline) { return demand(verb::count_down, deadline) != 0; }
    bool count_down_until(clock::time_point deadline, error_code& ec) {
        return run(verb::count_down, deadline, ec) != 0;
    }

    /// Returns once zero was reached at some time between its first look at the latch and its return, even if it has been
    /// reset since. Unbounded unless ended by `stop` (`asio::error::operation_aborted`) or a limit. Cost: one quorum write
    /// and one getData with watch in one network wait, and one getData for each change of the count.
    void wait() { demand(verb::wait, detail::no_deadline); }
    void wait(error_code& ec) { run(verb::wait, detail::no_deadline, ec); }
    void wait(std::stop_token stop, error_code& ec);
    /// False when it had not reached zero until then, or no server answered; the form with `ec` tells which.
    bool wait_for(nanoseconds limit) { return wait_until(detail::deadline_after(limit)); }
    bool wait_for(nanoseconds limit, error_code& ec) {
        run_for(verb::wait, limit, ec);
        return !ec;
    }
    bool wait_until(clock::time_point deadline);
    bool wait_until(clock::time_point deadline, error_code& ec) {
        run(verb::wait, deadline, ec);
        return !ec;
    }

    /// The count at some time between call and return. Cost: one quorum write and one getData in one network wait.
    [[nodiscard]] std::int64_t count() { return demand(verb::count, detail::no_deadline); }
    [[nodiscard]] std::int64_t count(error_code& ec) { return run(verb::count, detail::no_deadline, ec); }
    [[nodiscard]] std::int64_t count_for(nanoseconds limit) {
        return demand(verb::count, detail::deadline_after(limit));
    }
    [[nodiscard]] std::int64_t count_for(nanoseconds limit, error_code& ec) {
        return run_for(verb::count, limit, ec);
    }
    [[nodiscard]] std::int64_t count_until(clock::time_point deadline) {
        return demand(verb::count, deadline);
    }
    [[nodiscard]] std::int64_t count_until(clock::time_point deadline, error_code& ec) {
        return run(verb::count, deadline, ec);
    }

    /// Sets the count to `count` (as `initial`, which stays what it is), if it is zero; false if it is not. Happens once
    /// as `count_down` does. Cost: as `count_down`.
    bool try_reset(std::int64_t count) { return demand(verb::try_reset, detail::no_deadline, count) != 0; }
    bool try_reset(std::int64_t count, error_code& ec) {
        return run(verb::try_reset, detail::no_deadline, ec, count) != 0;
    }
    bool try_reset_for(std::int64_t count, nanoseconds limit) {
        return demand(verb::try_reset, detail::deadline_after(limit), count) != 0;
    }
    bool try_reset_for(std::int64_t count, nanoseconds limit, error_code& ec) {
        return run_for(verb::try_reset, limit, ec, count) != 0;
    }
    bool try_reset_until(std::int64_t count, clock::time_point deadline) {
        return demand(verb::try_reset, deadline, count) != 0;
    }
    bool try_reset_until(std::int64_t count, clock::time_point deadline, error_code& ec) {
        return run(verb::try_reset, deadline, ec, count) != 0;
    }

    /// Completion signatures: `async_wait` `void(error_code)`, `async_count` `void(error_code, std::int64_t)`, the others
    /// `void(error_code, bool)`.
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_count_down(Token&& token) {
        return initiate<void(error_code, bool)>(verb::count_down, detail::no_deadline, 0,
                                                std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_count_down_for(nanoseconds limit, Token&& token) {
        return initiate<void(error_code, bool)>(verb::count_down, detail::deadline_after(limit), 0,
                                                std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_count_down_until(clock::time_point deadline, Token&& token) {
        return initiate<void(error_code, bool)>(verb::count_down, deadline, 0, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_wait(Token&& token) {
        return initiate<void(error_code)>(verb::wait, detail::no_deadline, 0, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_wait_for(nanoseconds limit, Token&& token) {
        return initiate<void(error_code)>(verb::wait, detail::deadline_after(limit), 0,
                                          std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_wait_until(clock::time_point deadline, Token&& token) {
        return initiate<void(error_code)>(verb::wait, deadline, 0, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, std::int64_t)> Token>
    auto async_count(Token&& token) {
        return initiate<void(error_code, std::int64_t)>(verb::count, detail::no_deadline, 0,
                                                        std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, std::int64_t)> Token>
    auto async_count_for(nanoseconds limit, Token&& token) {
        return initiate<void(error_code, std::int64_t)>(verb::count, detail::deadline_after(limit), 0,
                                                        std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, std::int64_t)> Token>
    auto async_count_until(clock::time_point deadline, Token&& token) {
        return initiate<void(error_code, std::int64_t)>(verb::count, deadline, 0, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_try_reset(std::int64_t count, Token&& token) {
        return initiate<void(error_code, bool)>(verb::try_reset, detail::no_deadline, count,
                                                std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_try_reset_for(std::int64_t count, nanoseconds limit, Token&& token) {
        return initiate<void(error_code, bool)>(verb::try_reset, detail::deadline_after(limit), count,
                                                std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_try_reset_until(std::int64_t count, clock::time_point deadline, Token&& token) {
        return initiate<void(error_code, bool)>(verb::try_reset, deadline, count, std::forward<Token>(token));
    }

    /// The node, without the client's name space.
    [[nodiscard]] const std::string& path() const noexcept;

private:
    using core_ptr = std::shared_ptr<detail::latch_core>;

    template <class Signature, class Token>
    auto initiate(verb what, clock::time_point deadline, std::int64_t value, Token&& token) {
        return boost::asio::async_initiate<Token, Signature>(
            [](auto handler, core_ptr core, verb how, clock::time_point until, std::int64_t with) {
                start(std::move(core), how, until, with,
                      boost::asio::any_completion_handler<Signature>(std::move(handler)));
            },
            token, core_, what, deadline, value);
    }
    static void start(core_ptr core, verb what, clock::time_point deadline, std::int64_t value,
                      boost::asio::any_completion_handler<void(error_code)> handler);
    static void start(core_ptr core, verb what, clock::time_point deadline, std::int64_t value,
                      boost::asio::any_completion_handler<void(error_code, bool)> handler);
    static void start(core_ptr core, verb what, clock::time_point deadline, std::int64_t value,
                      boost::asio::any_completion_handler<void(error_code, std::int64_t)> handler);

    std::int64_t run(verb what, clock::time_point deadline, error_code& ec, std::int64_t value = 0,
                     std::stop_token stop = {});
    std::int64_t run_for(verb what, nanoseconds limit, error_code& ec, std::int64_t value = 0);
    std::int64_t demand(verb what, clock::time_point deadline, std::int64_t value = 0);

    core_ptr core_;
};

}  // namespace paddock
