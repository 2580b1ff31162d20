#pragma once

#include <functional>
#include <memory>

#include <boost/asio/bind_cancellation_slot.hpp>

#include "tests/support/core_fixture.hpp"
#include "tests/support/refusal.hpp"

namespace paddock::testing {

/// A call that tells a bool, or nothing but its success.
using call = std::shared_ptr<outcome<bool>>;

/// Scenarios with calls on recipes that are no claims.
class CallTest : public CoreTest {
protected:
    explicit CallTest(const ensemble_options& options = {}) : CoreTest(options) {}

    /// Starts one: `start` is given a handler that can be cancelled, of `void(error_code, bool)`; or of `void(error_code)`.
    template <class Start>
    call begin(Start start) {
        auto made = std::make_shared<outcome<bool>>();
        start(boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    template <class Start>
    call begin_void(Start start) {
        auto made = std::make_shared<outcome<bool>>();
        start(boost::asio::bind_cancellation_slot(
            made->cancel.slot(), [made, this](error_code ec) { recorded(made, world)(ec, true); }));
        return made;
    }

    /// That it completes, once, with this.
    ::testing::AssertionResult ends_with(const call& which, error_code ec,
                                         std::chrono::nanoseconds limit = 20s) {
        if (!run_until([&] { return which->done(); }, limit))
            return ::testing::AssertionFailure() << "not done";
        if (which->completions != 1) return ::testing::AssertionFailure() << "completed more than once";
        if (which->ec != ec) return ::testing::AssertionFailure() << which->ec.message();
        return ::testing::AssertionSuccess();
    }
    ::testing::AssertionResult succeeds(const call& which, std::chrono::nanoseconds limit = 20s) {
        return ends_with(which, {}, limit);
    }

    /// A wait leaves no watch when it is cancelled, and ends with its client.
    void expect_wait_ends_clean(core_client& by, const std::function<call()>& wait) {
        const call waiting = wait();
        world.advance(100ms);
        EXPECT_EQ(by.stats().watches, 1u);
        waiting->abort();
        world.settle();
        EXPECT_EQ(waiting->ec, error_code(boost::asio::error::operation_aborted));
        EXPECT_TRUE(run_until([&] { return quiet(); }));
        const call last = wait();
        by.close();
        EXPECT_TRUE(ends_with(last, errc::client_closed));
    }
};

}  // namespace paddock::testing
