// Closing a leader latch: what has ended when it completes, and what it waits for.
#include "tests/recipes/leader_fixture.hpp"

namespace paddock::testing {
namespace {

using LeaderLatch = LeaderTest;

TEST_F(LeaderLatch, ProperCloseWithoutConnectionEstablished) {
    ensemble.power(false);
    candidate& never = add_started(add_client());
    world.advance(1s);
    const auto begun = world.now();
    close(never);
    EXPECT_LT(world.now() - begun, 100ms);
    EXPECT_TRUE(never.told.empty());
}

TEST_F(LeaderLatch, ClosedForGood) {
    candidate& leading = add_leader(connected_client());
    close(leading);
    EXPECT_EQ(nodes(), 0u) << "closed before the node was gone";
    leading.latch->start();
    world.advance(1s);
    EXPECT_EQ(nodes(), 0u);
    close(leading);
    const auto late = await(leading);
    ASSERT_TRUE(run_until([&] { return late->done(); }, 100ms));
    EXPECT_EQ(late->ec, boost::asio::error::operation_aborted);
}

TEST_F(LeaderLatch, ClosedWhileItWaitsMeansThatItsNodeIsGone) {
    add_leader(connected_client());
    close(add_waiting(connected_client()));
    EXPECT_EQ(nodes(), 1u) << "closed before its node was gone";
}

TEST_F(LeaderLatch, CloseOutlastsALostDelete) {
    add_leader(connected_client());
    candidate& waits = add_waiting(connected_client());
    ensemble.fail_next(request_kind::remove, fault_position::before_commit);
    bool closed = false;
    waits.latch->async_close(close_mode::silent, [&](error_code) { closed = true; });
    ASSERT_TRUE(run_until([&] { return ensemble.planned() == 0; }));
    EXPECT_FALSE(closed);
    ASSERT_TRUE(run_until([&] { return closed; }));
    EXPECT_EQ(nodes(), 1u) << "closed before its node was gone";
}

// Without servers the session's end is the node's.
TEST_F(LeaderLatch, CloseEndsWithTheSession) {
    add_leader(connected_client());
    core_client& two = connected_client();
    candidate& waits = add_waiting(two);
    ensemble.stall(true, two.number());
    ensemble.refuse_connections(true);
    const auto begun = world.now();
    close(waits);
    EXPECT_GT(world.now() - begun, 1s) << "closed though its node may be there";
    EXPECT_LT(world.now() - begun, 4s) << "waits beyond its session";
}

TEST_F(LeaderLatch, CloseDoesNotWaitForRights) {
    add_leader(connected_client());
    candidate& waits = add_waiting(connected_client());
    ensemble.deny([](request_kind kind, const std::string&) { return kind == request_kind::remove; });
    const auto begun = world.now();
    close(waits);
    EXPECT_LT(world.now() - begun, 100ms);
    ensemble.deny({});
}

// The grant and the close at one moment: neither told after the close, nor a node left (CURATOR-18).
TEST_F(LeaderLatch, CreateDeleteRace) {
    core_client& one = connected_client();
    add_leader(one).latch.reset();  // the directory exists
    ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
    for (const auto after : {0us, 500us, 1000us, 1500us, 2000us, 2500us}) {
        candidate& hasty = add_started(one);
        world.advance(after);
        close(hasty);
        const auto told = hasty.told.size();
        ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
        world.advance(100ms);
        EXPECT_EQ(hasty.told.size(), told);
        EXPECT_FALSE(hasty.leads());
    }
}

}  // namespace
}  // namespace paddock::testing
