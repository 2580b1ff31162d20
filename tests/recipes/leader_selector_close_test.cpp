// Closing a leader selector, whose function may run on.
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "tests/recipes/selector_fixture.hpp"

namespace paddock::testing {
namespace {

namespace asio = boost::asio;

TEST_F(Selector, KillSessionThenCloseShouldElectNewLeader) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    worker& two = add_waiting(connected_client());
    ensemble.expire_session(by.session_id());
    close(one);
    ASSERT_TRUE(run_until([&] { return two.running == 1; }));
    EXPECT_EQ(nodes(), 1u);
}

TEST_F(Selector, KillServerThenCloseShouldElectNewLeader) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    worker& two = add_waiting(connected_client());
    ensemble.power(false);
    const auto closed = begin_close(one);
    world.advance(1s);
    EXPECT_EQ(one.running, 0);
    ensemble.power(true);
    ASSERT_TRUE(run_until([&] { return *closed && two.running == 1; }, 60s));
}

TEST_F(Selector, Closing) {
    worker& one = add_running(connected_client());
    one.ignores_cancellation = true;
    worker& two = add_waiting(connected_client());
    const auto closed = begin_close(one);
    world.advance(5s);
    EXPECT_FALSE(*closed) << "closed while the function ran";
    EXPECT_EQ(two.running, 0);
    one.leave();
    ASSERT_TRUE(run_until([&] { return *closed; }));
    EXPECT_TRUE(run_until([&] { return two.running == 1; }));
    one.selector->start();
    world.advance(5s);
    EXPECT_EQ(nodes(), 1u);
}

// A closed client leaves nothing to give back, but its function may still run.
TEST_F(Selector, ClosingAfterItsClient) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    one.ignores_cancellation = true;
    by.close();
    ASSERT_TRUE(run_until([&] { return by.closed && one.cancelled == 1; }));
    const auto closed = begin_close(one);
    world.advance(1s);
    EXPECT_FALSE(*closed);
    one.leave();
    EXPECT_TRUE(run_until([&] { return *closed; }));
}

// Its context goes while it waits there: that is an end too, or its term and a close would last for ever.
TEST_F(Selector, CoroutineDestroyedWithItsContextHasEnded) {
    core_client& by = connected_client();
    auto context = std::make_unique<asio::io_context>();
    bool begun = false;
    const auto wait_for_ever = [&begun](leader_term) -> asio::awaitable<void> {
        begun = true;
        const auto executor = co_await asio::this_coro::executor;
        asio::steady_timer never(executor, asio::steady_timer::time_point::max());
        co_await never.async_wait(asio::use_awaitable);
    };
    selector_options once;
    once.auto_requeue = false;
    auto selector =
        std::make_unique<leader_selector>(by.handle, directory, context->get_executor(), wait_for_ever, once);
    selector->start();
    ASSERT_TRUE(run_until([&] {
        context->restart();
        context->poll();
        return begun;
    }));
    EXPECT_EQ(nodes(), 1u);
    context.reset();
    EXPECT_TRUE(run_until([&] { return selector->state() == candidate_state::idle; })) << "the term goes on";
    EXPECT_EQ(nodes(), 0u);
    bool closed = false;
    selector->async_close([&](error_code) { closed = true; });
    EXPECT_TRUE(run_until([&] { return closed; })) << "a close waits for it";
    if (!closed) (void)selector.release();  // its destructor would wait too
}

}  // namespace
}  // namespace paddock::testing
