#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "core/backoff.hpp"
#include "core/client_core.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

/// An operation made of rounds, each a few requests on the session that there is: one that leads to no answer is
/// followed by the next, until the deadline. So connection loss never decides anything (hazard F9).
template <class Result>
class round_operation : public operation<Result> {
public:
    using sink_type = typename operation<Result>::sink_type;

    round_operation(std::shared_ptr<client_core> core, sink_type sink)
        : operation<Result>(core->world(), std::move(sink)), core_(std::move(core)) {}

    /// On core's executor.
    void start() {
        core_->admit(this->shared_from_this());
        if (this->finished()) return;
        if (const error_code refused = prepare()) return this->give_up(refused);
        this->drive(run(std::static_pointer_cast<round_operation>(this->shared_from_this())));
    }

protected:
    /// Before the first round; an error is final.
    virtual error_code prepare() { return {}; }
    /// Finishes the operation, or returns to be called again. Returns soon once the operation is given up.
    virtual asio::awaitable<void> round(std::shared_ptr<session> home) = 0;
    /// After the last round: drops watches and budget shares, which are not for the thread of the last reference.
    virtual void let_go() {}

    asio::awaitable<void> back_off() {
        const auto delay = delays_.next(this->world_.random_unit());
        co_await this->pause(delay);
    }

    const std::shared_ptr<client_core> core_;
    backoff delays_{std::chrono::milliseconds(10), std::chrono::seconds(2)};

private:
    static asio::awaitable<void> run(std::shared_ptr<round_operation> self) {
        while (!self->finished()) {  // ends by an answer, the deadline, or when the caller has given up
            const auto home = co_await self->core_->usable_session(*self);
            if (!home) break;
            co_await self->round(home);
        }
        self->let_go();
    }
};

}  // namespace paddock::detail
