#pragma once

#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>

#include <paddock/claim.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {

/// Scenarios with any claims.
class ClaimTest : public CoreTest {
protected:
    explicit ClaimTest(const ensemble_options& options = {}) : CoreTest(options) {}

    auto token(const attempt& made) {
        return boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world));
    }

    attempt start(claim on) {
        attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
        on.async_acquire(token(made));
        return made;
    }
    attempt start_try(claim on) {
        attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
        on.async_try_acquire(token(made));
        return made;
    }
    attempt start_within(core_client& by, std::chrono::nanoseconds limit, claim on) {
        attempt made = attempts.emplace_back(std::make_shared<outcome<lease>>());
        on.async_acquire_until(by.process.steady_now() + limit, token(made));
        return made;
    }
    /// Starts it, and lets it take its place in the queue.
    attempt queue_up(claim on) {
        attempt made = start(std::move(on));
        world.advance(20ms);
        return made;
    }
    attempt hold_claim(claim on) {
        attempt made = start(std::move(on));
        EXPECT_TRUE(run_until_done(made));
        EXPECT_FALSE(made->ec) << made->ec.message();
        world.advance(5ms);  // the watches on what it holds have been answered
        return made;
    }
};

}  // namespace paddock::testing
