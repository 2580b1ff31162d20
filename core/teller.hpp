#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "core/callback_thread.hpp"

namespace paddock::detail {

/// Tells one user's handler of events, in order, where handlers run, until it is silenced.
template <class Event>
class teller : public std::enable_shared_from_this<teller<Event>> {
public:
    using handler_type = std::function<void(const Event&)>;

    teller(post_task handlers, handler_type handler)
        : handlers_(std::move(handlers)), handler_(std::move(handler)) {}

    void tell(Event what) {
        if (!handler_ || silent_) return;
        handlers_([self = this->shared_from_this(), what = std::move(what)] {
            const std::lock_guard running(self->running_);
            if (!self->silent_) self->handler_(what);
        });
    }

    /// The handler is not called any more, though it may still run.
    void mute() noexcept { silent_ = true; }
    /// The handler is not called any more; waits until it has returned, unless it is the caller.
    void silence() {
        mute();
        const std::lock_guard running(running_);
    }

private:
    const post_task handlers_;
    const handler_type handler_;
    std::atomic<bool> silent_ = false;
    std::recursive_mutex running_;  // a handler may silence its own teller
};

}  // namespace paddock::detail
