#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace paddock::detail {

namespace asio = boost::asio;

/// Lets one coroutine wait for a condition that other code on the same executor brings about. `notify` is
/// remembered until the next `wait`, so a wake-up between test and wait is not lost (hazard B3); a wake-up
/// proves nothing, so the waiter tests its condition again.
class wake_event {
public:
    explicit wake_event(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    void notify() {
        notified_ = true;
        if (!waiter_) return;
        auto handler = std::move(*waiter_);
        waiter_.reset();
        asio::post(executor_, std::move(handler));
    }

    asio::awaitable<void> wait() {
        if (!notified_) co_await park();
        notified_ = false;
    }

private:
    asio::awaitable<void> park() {  // not a coroutine itself: keeps the lambda out of an await expression
        return asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
            [this](auto handler) { waiter_.emplace(std::move(handler)); }, asio::use_awaitable);
    }

    asio::any_io_executor executor_;
    std::optional<asio::any_completion_handler<void()>> waiter_;  // emplaced, never assigned (Asio 1.26)
    bool notified_ = false;
};

/// Somebody on whose behalf a coroutine waits, and who may give up.
struct waiting_party {
    explicit waiting_party(asio::any_io_executor executor) : wake(std::move(executor)) {}
    wake_event wake;
    bool given_up = false;
};

/// The place where one reply arrives. `sink()` is given to the seam; `take()` waits for it once.
template <class Reply>
class mailbox {
public:
    explicit mailbox(asio::any_io_executor executor) : slot_(std::make_shared<slot>(std::move(executor))) {}

    auto sink() const {
        return [place = slot_](Reply reply) {
            place->value.emplace(std::move(reply));
            place->arrived.notify();
        };
    }
    asio::awaitable<Reply> take() const {
        const auto place = slot_;
        while (!place->value) co_await place->arrived.wait();
        co_return std::move(*place->value);
    }

private:
    struct slot {
        explicit slot(asio::any_io_executor executor) : arrived(std::move(executor)) {}
        std::optional<Reply> value;
        wake_event arrived;
    };
    std::shared_ptr<slot> slot_;
};

}  // namespace paddock::detail
