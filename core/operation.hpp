#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <paddock/error.hpp>

#include "core/environment.hpp"
#include "core/mailbox.hpp"

namespace paddock::detail {

/// What the client must be able to end: everything a caller waits for.
class operation_base : public waiting_party, public std::enable_shared_from_this<operation_base> {
public:
    explicit operation_base(environment& world) : waiting_party(world.executor()), world_(world) {}
    virtual ~operation_base() = default;

    /// Completes it with `ec`, unless it has completed: the caller goes on at once, what is under way at the
    /// servers is cleaned up in the background.
    virtual void give_up(error_code ec) = 0;

    /// Gives up when `deadline` has passed, with what `deadline_error` says then.
    void expire_at(boot_time deadline) {
        if (deadline == boot_time::max()) return;
        timer_ = world_.call_at(deadline, [this] {
            const auto self = shared_from_this();
            give_up(deadline_error());
        });
    }

    /// A server has answered something on behalf of this operation.
    void answered() noexcept { answered_ = true; }
    [[nodiscard]] bool has_answer() const noexcept { return answered_; }
    [[nodiscard]] virtual error_code deadline_error() const {
        return answered_ ? make_error_code(errc::timed_out) : make_error_code(errc::servers_unreachable);
    }
    [[nodiscard]] environment& world() noexcept { return world_; }

    /// Waits, on behalf of the operation's driver. Giving up ends the wait, unless it is `to_the_end`.
    asio::awaitable<void> pause(std::chrono::nanoseconds length, bool to_the_end = false);

    /// Called when it has completed; the client core sets it.
    std::function<void()> on_finished;

protected:
    /// Runs the operation's driver on core's executor.
    void drive(asio::awaitable<void> driver);
    environment& world_;
    scheduled_call timer_;
    bool answered_ = false;
};

/// An operation with a result. It completes exactly once: whichever of success, error, deadline, cancellation and
/// close comes first wins, and the others find it finished (hazard B10).
template <class Result>
class operation : public operation_base {
public:
    using sink_type = std::function<void(error_code, Result)>;

    operation(environment& world, sink_type sink) : operation_base(world), sink_(std::move(sink)) {}

    /// False if it had completed before.
    bool finish(error_code ec, Result result) {
        if (!sink_) return false;
        timer_.reset();
        const auto self = shared_from_this();
        if (on_finished) std::exchange(on_finished, nullptr)();
        std::exchange(sink_, nullptr)(ec, std::move(result));
        return true;
    }
    void give_up(error_code ec) override {
        given_up = true;
        finish(ec, Result());
        wake.notify();
    }
    [[nodiscard]] bool finished() const noexcept { return !sink_; }

private:
    sink_type sink_;
};

}  // namespace paddock::detail
