#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/queue_claim.hpp>

namespace paddock {

namespace detail {
class read_write_core;
}

/// Many readers or one writer, in the order in which they came, shared by every process that names the same directory.
///
/// A reader waits for the writers before it, a writer for everybody before it; so nobody starves. Source: "Shared Locks"
/// in ZooKeeper Recipes and Solutions; names and order are those of Curator's InterProcessReadWriteLock, with which it
/// shares a directory. Not re-entrant; ownership is the lease.
///
/// A write lease can be turned into a read lease without a gap (`downgrade`). The other direction is refused at once
/// (`upgrade`): two readers that upgrade would wait for each other for ever.
///
/// Tokens: a writer's is the czxid of its node and grows from writer to writer; a downgraded reader keeps its writer's. A
/// reader's is for telling grants apart: let it read from a resource, never raise the resource's mark with it.
///
/// Costs: as `mutex`; a departing writer wakes the readers right behind it. Construction does no I/O. Thread-safe.
class PADDOCK_EXPORT read_write_lock {
public:
    /// As for `mutex`. Throws `argument_error`.
    read_write_lock(client& on, std::string directory, claim_options options = {});

    /// The claims to acquire: `rw.read().acquire()`, `rw.write().try_acquire_for(1s)`, ...
    [[nodiscard]] const queue_claim& read() const noexcept { return read_; }
    [[nodiscard]] const queue_claim& write() const noexcept { return write_; }
    [[nodiscard]] queue_claim& read() noexcept { return read_; }
    [[nodiscard]] queue_claim& write() noexcept { return write_; }

    /// Turns a write lease of this lock into a read lease at one zxid: no writer comes in between, the readers behind it
    /// may enter, and it keeps the writer's place and token. Waits for a connection, at most until the lease is lost.
    /// The given lease is consumed: on failure it is released.
    ///
    /// Errors: `errc::lease_lost`; `errc::invalid_argument` for a lease of something else. Cost: one multi.
    lease downgrade(lease writer);
    lease downgrade(lease writer, error_code& ec);
    /// Completion signature: `void(error_code, lease)`. Cancellation: terminal, partial, total; completes at once, and
    /// what becomes of the lease is released.
    template <boost::asio::completion_token_for<void(error_code, lease)> Token>
    auto async_downgrade(lease writer, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, lease)>(
            [](auto handler, std::shared_ptr<detail::read_write_core> core, lease given) {
                start_downgrade(std::move(core), std::move(given), std::move(handler));
            },
            token, core_, std::move(writer));
    }

    /// Always refused with `errc::would_deadlock`, at once and without asking a server; the read lease stays as it is.
    /// Release it, acquire the write lock, and read anew what the decision was made from.
    [[noreturn]] static void upgrade(const lease& reader);
    static void upgrade(const lease& reader, error_code& ec) noexcept;

    [[nodiscard]] const std::string& path() const noexcept { return write_.path(); }

private:
    explicit read_write_lock(std::shared_ptr<detail::read_write_core> core);
    static void start_downgrade(std::shared_ptr<detail::read_write_core> core, lease writer,
                                boost::asio::any_completion_handler<void(error_code, lease)> handler);

    std::shared_ptr<detail::read_write_core> core_;
    queue_claim read_;
    queue_claim write_;
};

}  // namespace paddock
