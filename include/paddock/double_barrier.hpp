#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/claim.hpp>

namespace paddock {

/// Lets so many programs begin something together and end it together.
///
/// Source: "Double Barriers" in ZooKeeper Recipes and Solutions; unlike Curator's and kazoo's, with generations, so that
/// nobody passes alone, nobody finds a barrier ready that an earlier round has left behind, and a member that dies is no
/// riddle for the others: before its generation is in, it does not count; afterwards, everybody else gets
/// `errc::broken_barrier` when leaving. The layout is Paddock's own. Construction does no I/O. Thread-safe.
///
/// Every operation comes in the same forms: without a limit; `_for` (more than zero, else `errc::invalid_duration`) and
/// `_until`, which cover connecting too; with `ec` instead of exceptions; and `async_`, of which cancellation (terminal,
/// partial, total) completes at once with `operation_aborted`. A lost connection is handled inside.
///
/// Errors: `errc::broken_barrier`; `errc::conflict` when another program declares another number of members, or the
/// directory's data is something else; `errc::timed_out`, `errc::servers_unreachable` (the deadline passed, and no server
/// had answered), `errc::client_closed`, `errc::wrong_process`, `errc::limit_exceeded`, `errc::sequence_exhausted`, and
/// server codes that waiting does not mend, such as `server_errc::no_auth`.
class PADDOCK_EXPORT double_barrier {
    using clock = std::chrono::steady_clock;
    using nanoseconds = std::chrono::nanoseconds;

public:
    /// `path` is an absolute path under the client's name space; it is created, with its parents, as containers when first
    /// needed. `members` is the same in all programs, from 1 to what one request can name (about 5,000, fewer with a long
    /// path). Throws `argument_error`.
    double_barrier(client& on, std::string path, std::size_t members);

    /// Returns once `members` programs are in. The lease stands for the place among them; its token, the same for all
    /// members, is the zxid at which they were in, and grows from generation to generation. More than `members` wait for
    /// the next generation. When the session ends before that, the entrant joins again, under the same deadline.
    /// `errc::broken_barrier`: this one was in, but another member was gone before this one knew. Whoever gives up (by
    /// deadline, `stop` or cancellation) does not count; unless the others were in already, who then get
    /// `errc::broken_barrier` when leaving. Cost: one create, one getData and one getChildren in one network wait; for
    /// each change of the record one getData and one getChildren, and to wait on the same with watches; for one member a
    /// multi of `members` checks and a set.
    lease enter() { return entrance_.acquire(); }
    lease enter(error_code& ec) { return entrance_.acquire(ec); }
    lease enter(std::stop_token stop, error_code& ec) { return entrance_.acquire(std::move(stop), ec); }
    /// Empty when the others were not in until then, or no server answered; the forms with `ec` tell which.
    lease enter_for(nanoseconds limit) { return entrance_.try_acquire_for(limit); }
    lease enter_for(nanoseconds limit, error_code& ec) { return entrance_.try_acquire_for(limit, ec); }
    lease enter_until(clock::time_point deadline) { return entrance_.try_acquire_until(deadline); }
    lease enter_until(clock::time_point deadline, error_code& ec) {
        return entrance_.try_acquire_until(deadline, ec);
    }

    /// Returns once all members leave. `held` is what `enter` has returned; it is over afterwards, whatever came of it,
    /// so giving up (and dropping the lease instead of leaving) breaks the generation for the others.
    /// `errc::broken_barrier`: a member was gone before all had left, perhaps this one. Throws `argument_error` if `held` is
    /// empty or of another barrier. Cost: one set, and `members` getData in the same network wait and for each change of
    /// the next member's node; for one member a multi of `members` checks and a set; one delete.
    void leave(lease held) { demand_leave(std::move(held), detail::no_deadline); }
    void leave(lease held, error_code& ec) { run_leave(std::move(held), detail::no_deadline, {}, ec); }
    void leave(lease held, std::stop_token stop, error_code& ec) {
        run_leave(std::move(held), detail::no_deadline, std::move(stop), ec);
    }
    void leave_for(lease held, nanoseconds limit) {
        demand_leave(std::move(held), detail::deadline_after(limit));
    }
    void leave_for(lease held, nanoseconds limit, error_code& ec);
    void leave_until(lease held, clock::time_point deadline) { demand_leave(std::move(held), deadline); }
    void leave_until(lease held, clock::time_point deadline, error_code& ec) {
        run_leave(std::move(held), deadline, {}, ec);
    }

    /// Completion signature: `void(error_code, lease)`; the lease is non-empty iff there is no error.
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_enter(Token&& token) {
        return entrance_.async_acquire(std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_enter_for(nanoseconds limit, Token&& token) {
        return entrance_.async_acquire_for(limit, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_enter_until(clock::time_point deadline, Token&& token) {
        return entrance_.async_acquire_until(deadline, std::forward<Token>(token));
    }

    /// Completion signature: `void(error_code)`. The lease is empty when this returns.
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_leave(lease held, Token&& token) {
        return async_leave_until(std::move(held), detail::no_deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_leave_for(lease held, nanoseconds limit, Token&& token) {
        return async_leave_until(std::move(held), detail::deadline_after(limit), std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_leave_until(lease held, clock::time_point deadline, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code)>(
            // A lease, so that an operation that is never started still releases.
            [](auto handler, std::shared_ptr<detail::claim_core> core, lease given, clock::time_point until) {
                start_leave(std::move(core), std::move(given), until, std::move(handler));
            },
            token, entrance_.core(), std::move(held), deadline);
    }

    /// The directory, without the client's name space.
    [[nodiscard]] const std::string& path() const noexcept { return entrance_.path(); }
    [[nodiscard]] std::size_t members() const noexcept { return members_; }

private:
    static void start_leave(std::shared_ptr<detail::claim_core> core, lease held, clock::time_point deadline,
                            boost::asio::any_completion_handler<void(error_code)> handler);
    void run_leave(lease held, clock::time_point deadline, std::stop_token stop, error_code& ec);
    void demand_leave(lease held, clock::time_point deadline);

    claim entrance_;
    std::size_t members_;
};

}  // namespace paddock
