// The leader selector with coroutines in virtual time. Names are those of Curator's TestLeaderSelector and kazoo's
// election tests; threads are tested on real servers.
#include "tests/recipes/selector_fixture.hpp"

namespace paddock::testing {
namespace {

TEST_F(Selector, AutoRequeue) {
    worker& one = add_running(connected_client());
    for (int term = 2; term < 6; ++term) {
        one.leave();
        ASSERT_TRUE(run_until([&] { return one.terms.size() == static_cast<std::size_t>(term); }));
    }
    EXPECT_EQ(one.finished, 4);
}

TEST_F(Selector, WithoutAutoRequeueIsIdleAfterItsTerm) {
    selector_options once;
    once.auto_requeue = false;
    worker& one = add_running(connected_client(), once);
    one.leave();
    ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
    world.advance(10s);
    EXPECT_EQ(one.terms.size(), 1u);
    EXPECT_EQ(one.selector->state(), candidate_state::idle);
    one.selector->start();
    ASSERT_TRUE(run_until([&] { return one.terms.size() == 2; }));
}

TEST_F(Selector, RotatingLeadership) {
    for (int i = 0; i < 3; ++i) add_waiting(connected_client());
    for (int round = 0; round < 3; ++round) {
        for (worker& next : workers) {
            ASSERT_TRUE(run_until([&] { return next.running == 1; })) << "not in queue order";
            EXPECT_EQ(running(), 1);
            next.leave();
            ASSERT_TRUE(run_until([&] { return next.running == 0; }));
        }
    }
}

TEST_F(Selector, InterruptLeadership) {
    selector_options once;
    once.auto_requeue = false;
    worker& one = add_running(connected_client(), once);
    worker& two = add_waiting(connected_client());
    one.selector->interrupt();
    ASSERT_TRUE(run_until([&] { return two.running == 1; }));
    EXPECT_EQ(one.cancelled, 1);
    EXPECT_EQ(one.finished, 1);
    EXPECT_EQ(nodes(), 1u);
}

// CURATOR-518, hazard F14.
TEST_F(Selector, InterruptLeadershipWithRequeue) {
    worker& one = add_running(connected_client());
    for (std::size_t round = 2; round < 5; ++round) {
        one.selector->interrupt();
        ASSERT_TRUE(run_until([&] { return one.terms.size() == round && one.running == 1; }));
    }
    EXPECT_EQ(one.cancelled, 3);
}

TEST_F(Selector, InterruptionOfNobodyDoesNothing) {
    worker& one = add_running(connected_client());
    worker& two = add_waiting(connected_client());
    two.selector->interrupt();
    world.advance(1s);
    EXPECT_EQ(two.cancelled, 0);
    EXPECT_EQ(one.running, 1);
    EXPECT_EQ(nodes(), 2u);
}

// Found by the simulation: one that does not requeue took the interruption of nobody's term for the end of its own.
TEST_F(Selector, InterruptionWhileWaitingDoesNotTakeItOut) {
    worker& one = add_running(connected_client());
    selector_options once;
    once.auto_requeue = false;
    worker& two = add_waiting(connected_client(), once);
    two.selector->interrupt();
    world.advance(1s);
    EXPECT_EQ(nodes(), 2u);
    one.leave();
    EXPECT_TRUE(run_until([&] { return two.running == 1; })) << "it has dropped out";
}

// The node is there until the function has returned: nobody else begins before.
TEST_F(Selector, LeaderNodeDeleteOnInterrupt) {
    worker& one = add_running(connected_client());
    one.ignores_cancellation = true;
    worker& two = add_waiting(connected_client());
    one.selector->interrupt();
    world.advance(10s);
    EXPECT_EQ(one.cancelled, 1);
    EXPECT_FALSE(one.selector->leads()) << "it has resigned";
    EXPECT_EQ(two.running, 0);
    EXPECT_EQ(nodes(), 2u);
    one.leave();
    ASSERT_TRUE(run_until([&] { return two.running == 1 && nodes() == 2; }));
}

TEST_F(Selector, Participants) {
    selector_options options;
    for (const char* id : {"a", "b", "c"}) {
        options.id = id;
        add_waiting(connected_client(), options);
    }
    std::vector<std::string> ids;
    for (const std::string& name : ensemble.children(directory))
        ids.push_back(ensemble.data(std::string(directory) + "/" + name));
    std::ranges::sort(ids);
    EXPECT_EQ(ids, (std::vector<std::string>{"a", "b", "c"}));
}

// kazoo: an election whose leader function fails goes on.
TEST_F(Selector, ElectionLeaderFunctionThrows) {
    worker& one = add_running(connected_client());
    worker& two = add_waiting(connected_client());
    one.throws = true;
    one.leave();
    ASSERT_TRUE(run_until([&] { return two.running == 1; }));
    ASSERT_TRUE(run_until([&] { return nodes() == 2; })) << "an exception took it out of the election";
    two.leave();
    EXPECT_TRUE(run_until([&] { return one.running == 1; }));
}

TEST_F(Selector, RefusesBadArguments) {
    core_client& by = add_client();
    EXPECT_THROW(leader_selector(by.handle, directory, leader_selector::function()), argument_error);
    EXPECT_THROW(leader_selector(by.handle, directory, by.process.executor(), leader_selector::coroutine()),
                 argument_error);
    EXPECT_THROW(leader_selector(by.handle, "/", [](const leader_term&) {}), argument_error);
}

}  // namespace
}  // namespace paddock::testing
