#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/client.hpp>
#include <paddock/deadline.hpp>
#include <paddock/lease.hpp>
#include <paddock/transaction.hpp>

namespace paddock {

namespace detail {
class leader_core;
}

/// One time in office. A value that describes it; the latch keeps the lease behind it.
struct leader_term {
    fencing_token token;  ///< larger than that of every earlier term of this path
    std::string node;     ///< path of the leader's node, without the client's name space
    std::stop_token
        ended;  ///< stop is requested when the term is lost, resigned or closed; as `lease::lost_token`
};

/// What a latch is doing.
enum class candidate_state {
    idle,       ///< not started, stopped or closed
    competing,  ///< wants to lead
    leading,    ///< leads, see `leader_latch::leads`
    failing,    ///< its last campaign failed, see `leader_latch::failure`; it tries again by itself
};

/// One who competes, or leads.
struct leader_candidate {
    std::string id;       ///< as its latch was given it; may be empty
    std::string node;     ///< name of its node
    fencing_token token;  ///< of its term, present or future
    std::int64_t session_id = 0;
    bool leads = false;
};

/// What becomes of a latch that gives its term back.
enum class after_term {
    compete_again,  ///< joins at the end of the queue
    stop,           ///< is idle until it is started again
};

/// Whether a close tells `leader_options::on_change` that the term is over, as Curator's modes of the same names.
enum class close_mode { silent, notify };

/// How a hand-over came about.
enum class hand_over_result {
    ready,       ///< the next in the queue said that it is ready
    heir_gone,   ///< the next in the queue left before that
    unprepared,  ///< the limit passed before that
    nobody,      ///< nobody waits: the term goes on
};

struct leader_options {
    /// Told to others; UTF-8 without NUL, at most 1024 bytes. May be empty and need not be unique.
    std::string id = {};
    /// Told of each change, once and in order, on the callback executor: the term that has begun, or nothing when it has
    /// ended; the two alternate. The latch says so already when this is called, or something newer.
    std::function<void(const std::optional<leader_term>& now)> on_change = {};
    /// Called on the callback executor when the leader wants to hand over to this latch: warm up, then call `ready`
    /// (from any thread). With it, a waiting latch keeps a watch on the directory's data.
    std::function<void(std::function<void()> ready)> on_heir = {};
};

/// Elects one leader among all latches that name the same directory of the same ensemble, and goes on competing until it
/// is stopped or closed.
///
/// The leader is the latch with the oldest node; the next one leads when that node is gone. Source: "Leader Election" in
/// ZooKeeper Recipes and Solutions; names, order and data are those of Curator's LeaderLatch, with which it can share a
/// directory. Leadership is a lease: one *term*, with a fencing token. When a term is lost (or its session, or its node)
/// the latch competes again with a new node; a campaign that ends with an error (rights, budgets, an exhausted sequence
/// counter) is logged and tried again, after at most 60 s: a latch never drops out while its client can
/// have a session.
///
/// Suspect terms follow the client's `loss_policy`: with `grace` a suspect term stays a term (the token and `guard()`
/// protect what it writes), with `strict` it ends at once, with `terminate` the process ends with it.
///
/// Costs: as `mutex`; a hand-over wakes one waiter. Construction does no I/O. Thread-safe, except that destruction and
/// moves must not overlap other calls. Destroying it closes it silently in the background.
///
/// Errors of operations, besides those named there: `errc::client_closed`, `errc::wrong_process`, and
/// `boost::asio::error::operation_aborted` once the latch is closed.
class PADDOCK_EXPORT leader_latch {
public:
    /// `directory` is an absolute path under the client's name space; it is created, with its parents, as containers
    /// when first needed. Throws `argument_error`.
    leader_latch(client& on, std::string directory, leader_options options = {});
    leader_latch(leader_latch&&) noexcept;
    leader_latch& operator=(leader_latch&&) noexcept;
    ~leader_latch();

    /// Starts to compete in the background, and returns; does nothing if it competes already.
    void start();
    void start(error_code& ec);

    /// Judged against the clock at the time of the call, as `lease::state`: false at once after a pause of the process
    /// that was too long. True while the term is suspect under `loss_policy::grace`. No server operation.
    [[nodiscard]] bool leads() const;
    /// The present term, likewise.
    [[nodiscard]] std::optional<leader_term> term() const;
    /// For how long the present term is certain, as `lease::remaining`; zero without a term. No server operation.
    [[nodiscard]] std::chrono::milliseconds remaining() const;
    [[nodiscard]] candidate_state state() const;
    /// Why the last campaign failed; nothing once one has joined the queue.
    [[nodiscard]] error_code failure() const;

    /// Blocks until this latch leads; does not start it. Unbounded; end it with `stop`, or by a close.
    leader_term await();
    leader_term await(error_code& ec) { return await(std::stop_token(), ec); }
    leader_term await(std::stop_token stop, error_code& ec) {
        return await_blocking(detail::no_deadline, std::move(stop), ec);
    }
    /// Empty, or an error code, when it does not lead in time: `errc::timed_out`, or `errc::servers_unreachable` when
    /// there is no connection. A limit of zero or less is refused (`errc::invalid_duration`).
    std::optional<leader_term> await_for(std::chrono::nanoseconds limit) {
        return await_until(detail::deadline_after(limit));
    }
    leader_term await_for(std::chrono::nanoseconds limit, error_code& ec);
    std::optional<leader_term> await_until(std::chrono::steady_clock::time_point deadline);
    leader_term await_until(std::chrono::steady_clock::time_point deadline, error_code& ec) {
        return await_blocking(deadline, {}, ec);
    }

    /// Completion signature: `void(error_code, leader_term)`. Cancellation: terminal, partial, total.
    template <boost::asio::completion_token_for<void(error_code, leader_term)> Token>
    auto async_await(Token&& token) {
        return async_await_until(detail::no_deadline, std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(error_code, leader_term)> Token>
    auto async_await_until(std::chrono::steady_clock::time_point deadline, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, leader_term)>(
            [](auto handler, core_ptr core, std::chrono::steady_clock::time_point until) {
                start_await(std::move(core), until, std::move(handler));
            },
            token, core_, deadline);
    }

    /// Ends the term: it is over when this returns, its node is being deleted; `already_lost` if there was none. With
    /// `after_term::stop` a waiting latch stops too. Waits as `lease::release`. Cost: one delete.
    release_result resign(after_term then = after_term::compete_again);
    release_result resign(after_term then, error_code& ec);
    /// Completion signature: `void(error_code, release_result)`. A cancelled wait completes at once; the term ends all
    /// the same.
    template <boost::asio::completion_token_for<void(error_code, release_result)> Token>
    auto async_resign(after_term then, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, release_result)>(
            [](auto handler, core_ptr core, after_term what) {
                start_resign(std::move(core), what, std::move(handler));
            },
            token, core_, then);
    }

    /// Stores `value` (UTF-8, at most about 900 kB as JSON) for the time of this term in the directory's data, as
    /// `{"term":"<token>","value":"..."}`: the value of an earlier term is recognised as stale. Written by a transaction
    /// that also checks the leader's node, so only the leader can. Written again after a lost connection.
    ///
    /// Errors: `errc::not_owner` when this latch does not lead, `errc::lease_lost` when the term ended meanwhile,
    /// `errc::outcome_unknown` when a later value was published before this one was confirmed, or after `timeout` with
    /// the write on its way, `errc::servers_unreachable` when nothing was sent until then, server codes. Cost: one
    /// quorum write.
    void publish(std::string value, std::chrono::milliseconds timeout = std::chrono::seconds(10));
    void publish(std::string value, std::chrono::milliseconds timeout, error_code& ec);
    /// Completion signature: `void(error_code)`. Cancellation: terminal, partial, total; the outcome is then unknown.
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_publish(std::string value, std::chrono::milliseconds timeout, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code)>(
            [](auto handler, core_ptr core, std::string what, std::chrono::milliseconds limit) {
                start_publish(std::move(core), std::move(what), limit, std::move(handler));
            },
            token, core_, std::move(value), timeout);
    }

    /// A transaction that takes effect only in this term. Throws `errc::not_owner` when this latch does not lead.
    [[nodiscard]] transaction guard() const;

    /// Hands over to the next in the queue, as well prepared as `warm_up_limit` allows: names it in the directory's data
    /// ("heir"), waits until it is ready, gone, or the limit has passed, then resigns. The next must be a latch of this
    /// library with `leader_options::on_heir`; any other just leads unprepared. The term goes on when nobody waits
    /// (`hand_over_result::nobody`), on an error, and when the call is cancelled.
    ///
    /// Errors: as `publish`; `errc::lease_lost` also when the term ended otherwise meanwhile, `errc::servers_unreachable` when
    /// there is no connection as the limit passes. Cost: one getChildren, one quorum write, one or two getData with watch, one delete; the
    /// heir's side one set.
    hand_over_result hand_over(std::chrono::milliseconds warm_up_limit,
                               after_term then = after_term::compete_again);
    hand_over_result hand_over(std::chrono::milliseconds warm_up_limit, after_term then, error_code& ec);
    /// Completion signature: `void(error_code, hand_over_result)`. Cancellation: terminal, partial, total.
    template <boost::asio::completion_token_for<void(error_code, hand_over_result)> Token>
    auto async_hand_over(std::chrono::milliseconds warm_up_limit, after_term then, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, hand_over_result)>(
            [](auto handler, core_ptr core, std::chrono::milliseconds limit, after_term what) {
                start_hand_over(std::move(core), limit, what, std::move(handler));
            },
            token, core_, warm_up_limit, then);
    }

    /// All candidates in queue order, the leader first, as the connected server sees them (it may lag behind). Empty when
    /// the directory does not exist. Errors: `errc::servers_unreachable` after `timeout`. Cost: one getChildren and one
    /// getData each. `leader` reads the first alone.
    std::vector<leader_candidate> participants(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    std::vector<leader_candidate> participants(std::chrono::milliseconds timeout, error_code& ec);
    std::optional<leader_candidate> leader(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    std::optional<leader_candidate> leader(std::chrono::milliseconds timeout, error_code& ec);
    /// Completion signature: `void(error_code, std::vector<leader_candidate>)`. Cancellation: terminal, partial, total.
    template <boost::asio::completion_token_for<void(error_code, std::vector<leader_candidate>)> Token>
    auto async_participants(std::chrono::milliseconds timeout, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::vector<leader_candidate>)>(
            [](auto handler, core_ptr core, std::chrono::milliseconds limit) {
                start_participants(std::move(core), limit, std::move(handler));
            },
            token, core_, timeout);
    }

    /// Ends the term and the competing for good, and waits until the node is deleted, the session has ended, or its
    /// deletion is refused for want of rights. `silent`: `on_change` is not called any more, and is not running when this
    /// returns (unless it is the caller). `notify`: it has been told of the end when this returns; do not call that on the
    /// callback executor. Idempotent.
    void close(close_mode mode = close_mode::silent);
    /// Completion signature: `void(error_code)`. A cancelled wait completes at once; the closing goes on.
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_close(close_mode mode, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code)>(
            [](auto handler, core_ptr core, close_mode how) {
                start_close(std::move(core), how, std::move(handler));
            },
            token, core_, mode);
    }

    /// The directory, without the client's name space.
    [[nodiscard]] const std::string& path() const noexcept;
    [[nodiscard]] const std::string& id() const noexcept;

private:
    using core_ptr = std::shared_ptr<detail::leader_core>;

    static void start_await(core_ptr core, std::chrono::steady_clock::time_point deadline,
                            boost::asio::any_completion_handler<void(error_code, leader_term)> handler);
    static void start_resign(core_ptr core, after_term then,
                             boost::asio::any_completion_handler<void(error_code, release_result)> handler);
    static void start_publish(core_ptr core, std::string value, std::chrono::milliseconds timeout,
                              boost::asio::any_completion_handler<void(error_code)> handler);
    static void start_hand_over(
        core_ptr core, std::chrono::milliseconds limit, after_term then,
        boost::asio::any_completion_handler<void(error_code, hand_over_result)> handler);
    static void start_participants(
        core_ptr core, std::chrono::milliseconds timeout,
        boost::asio::any_completion_handler<void(error_code, std::vector<leader_candidate>)> handler);
    static void start_close(core_ptr core, close_mode mode,
                            boost::asio::any_completion_handler<void(error_code)> handler);

    leader_term await_blocking(std::chrono::steady_clock::time_point deadline, std::stop_token stop,
                               error_code& ec);

    core_ptr core_;
};

}  // namespace paddock
