// The leader selector when connections, sessions and servers go. Names are those of Curator's TestLeaderSelector
// scenarios.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/recipes/selector_fixture.hpp"

namespace paddock::testing {
namespace {

namespace asio = boost::asio;

TEST_F(Selector, ALostTermEndsBeforeTheNextBegins) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    one.ignores_cancellation = true;
    ensemble.expire_session(by.session_id());
    ASSERT_TRUE(run_until([&] { return one.cancelled == 1; }));
    world.advance(20s);
    EXPECT_EQ(one.terms.size(), 1u) << "a second function beside the first";
    EXPECT_EQ(nodes(), 0u);
    one.leave();
    ASSERT_TRUE(run_until([&] { return one.terms.size() == 2; }));
}

TEST_F(Selector, ErrorPolicies) {
    for (const bool strict : {false, true}) {
        client_options options = three_seconds();
        if (strict) options.on_loss = loss_policy::strict;
        core_client& by = connected_client(options);
        worker& one = add_running(by);
        ensemble.cut(by.number());
        ASSERT_TRUE(run_until([&] { return by.state() != session_state::connected; }));
        ASSERT_TRUE(run_until([&] { return by.state() == session_state::connected && one.running == 1; }));
        EXPECT_EQ(one.cancelled, strict ? 1 : 0);
        close(one);
    }
}

// Lost between the grant and the function: never taken (hazard F15).
TEST_F(Selector, RaceAtStateChanged) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    one.leave();
    // The grant is on its way, and with it the news that the node is gone.
    ensemble.after_next(request_kind::children, [&] {
        for (const std::string& name : ensemble.children(directory))
            ensemble.remove_by_operator(std::string(directory) + "/" + name);
        by.process.freeze();
    });
    world.advance(4s);
    by.process.thaw();
    ASSERT_TRUE(run_until([&] { return one.running == 1 && nodes() == 1; }, 30s));
    EXPECT_EQ(one.terms.size(), 2u) << "a term was taken up that was lost already";
    EXPECT_EQ(ensemble.node(one.selector->term()->node)->czxid, one.terms.back().value());
}

// Without auto_requeue too: no function has run yet, so it goes on competing.
TEST_F(Selector, TermLostBeforeItsFunctionBeganDoesNotCount) {
    core_client& by = connected_client();
    asio::io_context slow;
    int ran = 0;
    selector_options once;
    once.auto_requeue = false;
    const leader_selector::coroutine count = [&ran](const leader_term&) -> asio::awaitable<void> {
        ++ran;
        co_return;
    };
    leader_selector selector(by.handle, directory, slow.get_executor(), count, once);
    selector.start();
    ASSERT_TRUE(run_until([&] { return selector.leads(); }));
    ensemble.remove_by_operator(std::string(directory) + "/" + ensemble.children(directory).front());
    world.advance(1s);
    EXPECT_FALSE(selector.leads());
    slow.poll();
    EXPECT_EQ(ran, 0);
    ASSERT_TRUE(run_until([&] { return selector.leads(); }));
    slow.restart();
    slow.poll();
    EXPECT_EQ(ran, 1);
    EXPECT_TRUE(run_until([&] { return selector.state() == candidate_state::idle; }));
    bool closed = false;
    selector.async_close([&](error_code) { closed = true; });
    EXPECT_TRUE(run_until([&] { return closed; }));
}

TEST_F(Selector, ServerDying) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    ensemble.power(false);
    ASSERT_TRUE(run_until([&] { return one.cancelled == 1; }, 4s)) << "runs on without servers";
    EXPECT_FALSE(one.selector->leads());
    ensemble.power(true);
    ASSERT_TRUE(run_until([&] { return one.running == 1 && one.terms.size() == 2; }, 60s));
}

// Curator's cluster tests: the whole ensemble stops, shorter and longer than a session.
TEST_F(Selector, RestartAndLostRestart) {
    for (int i = 0; i < 3; ++i) add_waiting(connected_client());
    for (const auto outage : {1s, 10s}) {
        ensemble.power(false);
        world.advance(outage);
        ensemble.power(true);
        ASSERT_TRUE(run_until([&] { return running() == 1 && nodes() == 3; }, 60s));
        world.advance(5s);
        EXPECT_EQ(running(), 1);
    }
}

// The connection ends right after the create was committed, and no server lets the client in for a while (CURATOR-45).
TEST_F(Selector, ProtectedCreateAtTheEdge) {
    core_client& by = connected_client();
    close(add_running(by));  // the directory exists
    for (const auto refused_for : {1s, 6s}) {
        ensemble.fail_next(request_kind::create, fault_position::after_commit);
        worker& next = add(by);
        ASSERT_TRUE(run_until([&] { return ensemble.planned() == 0; }));
        ensemble.refuse_connections(true);
        world.advance(refused_for);
        ensemble.refuse_connections(false);
        ASSERT_TRUE(run_until([&] { return next.running == 1; }, 30s));
        EXPECT_TRUE(run_until([&] { return nodes() == 1; }, 10s)) << "the first create's node is left";
        close(next);
    }
}

TEST_F(Selector, Flapping) {
    core_client& by = connected_client();
    worker& one = add_running(by);
    add_waiting(connected_client());
    for (int i = 0; i < 10; ++i) {
        ensemble.refuse_connections(true);
        ensemble.cut(by.number());
        world.advance(std::chrono::milliseconds(500 * i));
        ensemble.refuse_connections(false);
        world.advance(2s);
        EXPECT_LE(running(), 2);  // one of them has lost its term and is told so
    }
    ASSERT_TRUE(run_until([&] { return running() == 1 && nodes() == 2; }, 30s));
    EXPECT_LE(one.most, 1);
}

}  // namespace
}  // namespace paddock::testing
