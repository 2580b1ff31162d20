#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <tuple>
#include <utility>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/system_executor.hpp>

#include "core/callback_thread.hpp"
#include "core/gate.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

/// Calls a user's handler exactly once, on its own executor, or where the client's handlers run; never on the
/// reactor and never inside the initiating function. Keeps the executor's context running until then.
template <class... Args>
class completion : public std::enable_shared_from_this<completion<Args...>> {
public:
    using handler_type = boost::asio::any_completion_handler<void(Args...)>;

    completion(handler_type handler, post_task post)
        : handler_(std::move(handler)),
          post_(std::move(post)),
          executor_(boost::asio::get_associated_executor(handler_, boost::asio::any_completion_executor())) {
        // A handler on the system executor would run inline, that is on the reactor.
        if (executor_ && executor_.template target<boost::asio::system_executor>()) executor_ = nullptr;
        if (executor_)
            executor_ = boost::asio::prefer(executor_, boost::asio::execution::outstanding_work.tracked);
    }

    /// From core's executor.
    void operator()(Args... args) {
        if (called_.exchange(true)) return;
        auto target = std::exchange(executor_, nullptr);
        auto call = bound(std::move(args)...);
        target ? boost::asio::dispatch(target, std::move(call)) : post_(std::move(call));
    }

    /// From any thread, the initiating one included.
    void later(Args... args) {
        if (called_.exchange(true)) return;
        auto target = std::exchange(executor_, nullptr);
        auto call = bound(std::move(args)...);
        if (!target) return post_(std::move(call));
        post_([target = std::move(target), call = std::move(call)]() mutable {
            boost::asio::dispatch(target, std::move(call));
        });
    }

    /// Runs `action` on core's executor when the handler's cancellation slot is emitted before completion. To be
    /// called before the operation is started: from then on any thread may complete it and take the handler away.
    void on_cancel(std::shared_ptr<gate> entrance, std::function<void()> action) {
        auto slot = boost::asio::get_associated_cancellation_slot(handler_);
        if (!slot.is_connected()) return;
        slot.assign([waiting = this->weak_from_this(), entrance = std::move(entrance),
                     action = std::move(action)](boost::asio::cancellation_type type) {
            const auto self = waiting.lock();
            if (self && !self->called_ && type != boost::asio::cancellation_type::none)
                entrance->post(action);
        });
    }

    /// Cancellation completes it with `args`; what it waits for goes on. Call it as `on_cancel`.
    void ends_on_cancel(std::shared_ptr<gate> entrance, Args... args) {
        on_cancel(std::move(entrance), [waiting = this->weak_from_this(), args...] {
            if (const auto self = waiting.lock()) (*self)(args...);
        });
    }

    /// Cancellation gives up the operation that is put into the result; call it before the start, as `on_cancel`.
    std::shared_ptr<std::weak_ptr<operation_base>> cancels(std::shared_ptr<gate> entrance) {
        auto place = std::make_shared<std::weak_ptr<operation_base>>();
        on_cancel(std::move(entrance), [place] {
            if (const auto running = place->lock()) running->give_up(boost::asio::error::operation_aborted);
        });
        return place;
    }

private:
    auto bound(Args... args) {
        return [handler = std::move(handler_), values = std::tuple<Args...>(std::move(args)...)]() mutable {
            // The slot stays filled: another thread may be emitting its signal right now, and an emission after
            // completion finds nothing to cancel.
            std::apply(std::move(handler), std::move(values));
        };
    }

    handler_type handler_;
    post_task post_;
    boost::asio::any_completion_executor executor_;
    std::atomic<bool> called_ = false;
};

template <class... Args>
auto make_completion(boost::asio::any_completion_handler<void(Args...)> handler, post_task post) {
    return std::make_shared<completion<Args...>>(std::move(handler), std::move(post));
}

}  // namespace paddock::detail
