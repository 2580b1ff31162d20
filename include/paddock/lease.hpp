#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/error.hpp>
#include <paddock/fencing_token.hpp>
#include <paddock/subscription.hpp>

namespace paddock {

namespace detail {
class lease_core;
}

/// What the holder may believe.
enum class lease_state {
    held,  ///< connected, and the leader has confirmed the session recently enough that it cannot have expired
    suspect,  ///< disconnected, or the confirmation is too old: still ours at the server or not, nobody knows
    lost,     ///< the node is gone, or the session timeout has passed without contact; final
};

/// Why a lease was lost.
enum class loss_reason {
    none,             ///< it is not lost
    session_expired,  ///< a server said that the session is over
    no_contact,       ///< one session timeout passed without an answer
    node_deleted,     ///< somebody else deleted the node
    suspect,          ///< the policy is `loss_policy::strict` and the lease became suspect
    client_closed,    ///< the client that owned it was closed
};

/// What a release came to.
enum class release_result {
    confirmed,  ///< a server said that the node is gone, or its place was passed on in this client: the next may go on
    already_lost,  ///< the lease was lost before; nothing was left to release
    unconfirmed,  ///< no server said so within a session timeout, or one refused the deletion (rights): it is tried
                  ///< again in the background, and the node goes with the session at the latest
};

/// One of the nodes that a lease stands for.
struct lease_part {
    std::string path;  ///< what was claimed, without the client's name space
    std::string node;  ///< path of the contender's node, likewise
    paddock::fencing_token token;
};

/// Proof that this process held a recipe's node; move-only, empty by default.
///
/// Destroying a non-empty lease releases it in the background: its node is deleted, which is retried until a server has
/// answered or the session has ended, or its place is passed on inside the client (`sharing_options`). A lease can be lost at any moment, so code that writes outside ZooKeeper
/// passes `fencing_token()` along and lets the resource refuse smaller ones (`paddock::fence`).
///
/// Thread safety: distinct leases may be used at once; one lease as any object of the standard library. The
/// signals below fire on other threads. A lease may outlive its client; it is then lost.
class [[nodiscard]] PADDOCK_EXPORT lease {
public:
    lease() noexcept;
    explicit lease(std::shared_ptr<detail::lease_core> core) noexcept;
    lease(lease&&) noexcept;
    lease& operator=(lease&&) noexcept;
    ~lease();

    /// True while this object stands for a node; says nothing about the server's view, see `state()`.
    explicit operator bool() const noexcept { return core_ != nullptr; }

    /// The token of this grant. Throws `errc::empty_lease` on an empty lease, as all members below do.
    [[nodiscard]] paddock::fencing_token fencing_token() const;

    /// Path of the contender's node, without the client's name space.
    [[nodiscard]] const std::string& node() const;

    /// Everything that the lease stands for: one part, or as many as a `multi_lock` has claims, in their order.
    /// `fencing_token` and `node` are those of the first. All are held, or the lease is lost.
    [[nodiscard]] const std::vector<lease_part>& parts() const;

    [[nodiscard]] std::int64_t session_id() const;

    /// Evaluated against the clock at the time of the call: right at once after a pause of the process, even
    /// before any signal has fired. No server operation.
    [[nodiscard]] lease_state state() const;
    [[nodiscard]] loss_reason reason() const;

    /// Time for which the session provably cannot expire, given servers and clients whose clocks run at the
    /// same rate; zero once that is over. Use it to stop in time; never as proof of ownership.
    [[nodiscard]] std::chrono::milliseconds remaining() const;

    /// Stop is requested when the lease is lost. Callbacks registered on it run on a thread of the library
    /// that serves all leases of the process: keep them short, never block in them.
    [[nodiscard]] std::stop_token lost_token() const;

    /// Calls `handler` after each change of the state, in order, on the client's callback executor. The last
    /// call is for `lost`; none comes after a release, nor if the lease is lost already.
    subscription on_state_change(std::function<void(lease_state)> handler);

    /// True if the node existed and the session was alive at some instant between call and return; false if
    /// the lease is lost. Throws `system_error` when no server answered in time (at the latest when the
    /// session timeout has passed). Cost: one multi[check] through the leader.
    bool check();
    bool check(error_code& ec);

    /// Completion signature: `void(error_code, bool)`. Cancellation: terminal, partial, total; completes at once.
    template <boost::asio::completion_token_for<void(error_code, bool)> Token>
    auto async_check(Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, bool)>(
            [](auto handler, std::shared_ptr<detail::lease_core> core) {
                start_check(std::move(core), std::move(handler));
            },
            token, core_);
    }

    /// Deletes the node and waits until a server has confirmed it or the session has ended, at most one session
    /// timeout (`unconfirmed`; the deletion goes on). The lease is empty afterwards. Throws only `errc::empty_lease` and
    /// `errc::wrong_process`. Cost: one delete; none if its place is passed on inside the client or lingers
    /// (`sharing_options`), which is `confirmed` at once.
    release_result release();

    /// Completion signature: `void(error_code, release_result)`. The lease is empty when this returns. The
    /// deletion cannot be cancelled; a cancelled wait completes at once with `operation_aborted`.
    template <boost::asio::completion_token_for<void(error_code, release_result)> Token>
    auto async_release(Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, release_result)>(
            // A lease, so that an operation that is never started still releases.
            [](auto handler, lease given) {
                start_release(std::exchange(given.core_, nullptr), std::move(handler));
            },
            token, std::move(*this));
    }

    /// For the library's own use.
    [[nodiscard]] const std::shared_ptr<detail::lease_core>& core() const noexcept { return core_; }
    [[nodiscard]] std::shared_ptr<detail::lease_core> take_core() noexcept {
        return std::exchange(core_, nullptr);
    }

private:
    static void start_check(std::shared_ptr<detail::lease_core> core,
                            boost::asio::any_completion_handler<void(error_code, bool)> handler);
    static void start_release(std::shared_ptr<detail::lease_core> core,
                              boost::asio::any_completion_handler<void(error_code, release_result)> handler);

    std::shared_ptr<detail::lease_core> core_;
};

}  // namespace paddock
