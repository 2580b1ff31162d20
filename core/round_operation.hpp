#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "core/backoff.hpp"
#include "core/client_core.hpp"
#include "core/directory_level.hpp"
#include "core/operation.hpp"
#include "core/retry.hpp"

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

    /// Whether an answer says nothing final: then another round has to ask again.
    asio::awaitable<bool> inconclusive(session& home, reply answer) {
        const bool again = worth_retrying(answer);
        if (again && home.asks_for_pause(answer)) co_await back_off();
        co_return again;
    }
    /// The same after a write on top of what was read; somebody else may have been faster, in which case many come again
    /// at the same time (the pause is jittered).
    asio::awaitable<bool> overtaken(session& home, reply answer) {
        const bool faster =
            is_code(answer.ec, server_errc::bad_version) || is_code(answer.ec, server_errc::no_node);
        if (faster) co_await back_off();
        if (faster) co_return true;
        co_return co_await inconclusive(home, answer);
    }

    /// Makes the levels of a path that are missing. A refusal is `answered` and final; else another round finds them.
    asio::awaitable<reply> make_levels(session& home, const std::vector<directory_level>& levels) {
        reply outcome;
        outcome.ec = co_await create_levels(home, levels);
        const bool reaped =
            is_code(outcome.ec, server_errc::no_node);  // as fast as they were made (hazard A8)
        if (reaped) co_await back_off();
        const bool refused = outcome.ec && outcome.ec.category() == zookeeper_category() && !reaped;
        outcome.what = refused ? fate::answered : fate::not_sent;
        co_return outcome;
    }

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
