#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/client.hpp>
#include <paddock/deadline.hpp>

namespace paddock {

namespace detail {
class recipe_node;
enum class barrier_verb { set, remove, wait, closed };
}  // namespace detail

/// A gate for every process that names the same node of the same ensemble: closed while the node exists.
///
/// Source: "Barriers" in ZooKeeper Recipes and Solutions; the layout is that of Curator's DistributedBarrier and of
/// kazoo's Barrier, with which it can be shared. The node is persistent: a barrier outlives whoever set it. Construction
/// does no I/O. Thread-safe; nobody owns a barrier.
///
/// Every operation comes in the same forms: without a limit; `_for` (more than zero, else `errc::invalid_duration`) and
/// `_until`, which cover connecting too; with `ec` instead of exceptions; and `async_`, of which cancellation (terminal,
/// partial, total) completes at once with `operation_aborted`. All operations may be repeated without harm, so a lost
/// connection is handled inside; one that is given up may have taken effect, or still take it.
///
/// Errors: `errc::timed_out`, `errc::servers_unreachable` (the deadline passed, and no server had answered),
/// `errc::client_closed`, `errc::wrong_process`, `errc::limit_exceeded` (of a wait: the session has no room for another
/// watch), and server codes that waiting does not mend, such as `server_errc::no_auth`.
class PADDOCK_EXPORT barrier {
    using clock = std::chrono::steady_clock;
    using nanoseconds = std::chrono::nanoseconds;
    using verb = detail::barrier_verb;

public:
    /// `path` is an absolute path under the client's name space; its parents are created, as containers, when first
    /// needed. Throws `argument_error`.
    barrier(client& on, std::string path);

    /// Closes it; closed already is fine. Cost: one create.
    void set() { demand(verb::set, detail::no_deadline); }
    void set(error_code& ec) { run(verb::set, detail::no_deadline, {}, ec); }
    void set_for(nanoseconds limit) { demand(verb::set, detail::deadline_after(limit)); }
    void set_for(nanoseconds limit, error_code& ec) { run_for(verb::set, limit, ec); }
    void set_until(clock::time_point deadline) { demand(verb::set, deadline); }
    void set_until(clock::time_point deadline, error_code& ec) { run(verb::set, deadline, {}, ec); }

    /// Opens it: everybody who waits goes on. Open already is fine. `server_errc::not_empty` if somebody has created
    /// nodes below it. Cost: one delete.
    void remove() { demand(verb::remove, detail::no_deadline); }
    void remove(error_code& ec) { run(verb::remove, detail::no_deadline, {}, ec); }
    void remove_for(nanoseconds limit) { demand(verb::remove, detail::deadline_after(limit)); }
    void remove_for(nanoseconds limit, error_code& ec) { run_for(verb::remove, limit, ec); }
    void remove_until(clock::time_point deadline) { demand(verb::remove, deadline); }
    void remove_until(clock::time_point deadline, error_code& ec) { run(verb::remove, deadline, {}, ec); }

    /// Returns once it is open: the node did not exist at some time between call and return. A barrier that was never
    /// set is open. Unbounded unless ended by `stop` (`asio::error::operation_aborted`) or a limit. Cost: one quorum
    /// write and one getData with watch in one network wait, and one getData for each change of the node.
    void wait() { demand(verb::wait, detail::no_deadline); }
    void wait(error_code& ec) { run(verb::wait, detail::no_deadline, {}, ec); }
    void wait(std::stop_token stop, error_code& ec);
    /// False when it was closed until then, or no server answered; the form with `ec` tells which.
    bool wait_for(nanoseconds limit) { return wait_until(detail::deadline_after(limit)); }
    bool wait_for(nanoseconds limit, error_code& ec) { return run_for(verb::wait, limit, ec); }
    bool wait_until(clock::time_point deadline);
    bool wait_until(clock::time_point deadline, error_code& ec) { return run(verb::wait, deadline, {}, ec); }

    /// Whether it was closed at some time between call and return. Cost: one quorum write (a check).
    [[nodiscard]] bool closed() { return demand(verb::closed, detail::no_deadline); }
    [[nodiscard]] bool closed(error_code& ec) { return run(verb::closed, detail::no_deadline, {}, ec); }
    [[nodiscard]] bool closed_for(nanoseconds limit) {
        return demand(verb::closed, detail::deadline_after(limit));
    }
    [[nodiscard]] bool closed_for(nanoseconds limit, error_code& ec) {
        return run_for(verb::closed, limit, ec);
    }
    [[nodiscard]] bool closed_until(clock::time_point deadline) { return demand(verb::closed, deadline); }
    [[nodiscard]] bool closed_until(clock::time_point deadline, error_code& ec) {
        return run(verb::closed, deadline, {}, ec);
    }

    /// Completion signature: `void(error_code)`; of `async_closed`: `void(error_code, bool)`.
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_set(Token&& token) {
        return initiate<void(error_code)>(verb::set, detail::no_deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_set_for(nanoseconds limit, Token&& token) {
        return initiate<void(error_code)>(verb::set, detail::deadline_after(limit),
                                          std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_set_until(clock::time_point deadline, Token&& token) {
        return initiate<void(error_code)>(verb::set, deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_remove(Token&& token) {
        return initiate<void(error_code)>(verb::remove, detail::no_deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_remove_for(nanoseconds limit, Token&& token) {
        return initiate<void(error_code)>(verb::remove, detail::deadline_after(limit),
                                          std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_remove_until(clock::time_point deadline, Token&& token) {
        return initiate<void(error_code)>(verb::remove, deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_wait(Token&& token) {
        return initiate<void(error_code)>(verb::wait, detail::no_deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_wait_for(nanoseconds limit, Token&& token) {
        return initiate<void(error_code)>(verb::wait, detail::deadline_after(limit),
                                          std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_wait_until(clock::time_point deadline, Token&& token) {
        return initiate<void(error_code)>(verb::wait, deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_closed(Token&& token) {
        return initiate<void(error_code, bool)>(verb::closed, detail::no_deadline,
                                                std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_closed_for(nanoseconds limit, Token&& token) {
        return initiate<void(error_code, bool)>(verb::closed, detail::deadline_after(limit),
                                                std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_closed_until(clock::time_point deadline, Token&& token) {
        return initiate<void(error_code, bool)>(verb::closed, deadline, std::forward<Token>(token));
    }

    /// The node, without the client's name space.
    [[nodiscard]] const std::string& path() const noexcept;

private:
    using core_ptr = std::shared_ptr<detail::recipe_node>;

    template <class Signature, class Token>
    auto initiate(verb what, clock::time_point deadline, Token&& token) {
        return boost::asio::async_initiate<Token, Signature>(
            [](auto handler, core_ptr core, verb how, clock::time_point until) {
                start(std::move(core), how, until,
                      boost::asio::any_completion_handler<Signature>(std::move(handler)));
            },
            token, core_, what, deadline);
    }
    static void start(core_ptr core, verb what, clock::time_point deadline,
                      boost::asio::any_completion_handler<void(error_code)> handler);
    static void start(core_ptr core, verb what, clock::time_point deadline,
                      boost::asio::any_completion_handler<void(error_code, bool)> handler);

    bool run(verb what, clock::time_point deadline, std::stop_token stop, error_code& ec);
    bool run_for(verb what, nanoseconds limit, error_code& ec);
    bool demand(verb what, clock::time_point deadline);

    core_ptr core_;
};

}  // namespace paddock
