// For how long a holder may be certain: from what its leader has been told of the session.
#include <algorithm>

#include "tests/recipes/lease_fixture.hpp"

namespace paddock::testing {
namespace {

TEST_F(LeaseLoss, RemainingStaysWithinTheProvenBound) {
    core_client& one = connected_client();
    const attempt got = watched_hold(one);
    EXPECT_LE(got->result.remaining(), timeout);
    world.advance(timeout / 2);
    for (int i = 0; i < 100; ++i) {
        world.advance(50ms);
        EXPECT_LE(got->result.remaining(), timeout * 3 / 4) << "what servers report late does not count";
        EXPECT_GE(got->result.remaining(), timeout / 4 - 5ms) << "renewed by every heartbeat";
    }
    ensemble.stall(true);
    const auto left = got->result.remaining();
    world.advance(left + 1ms);
    EXPECT_EQ(got->result.remaining(), 0ms);
    EXPECT_NE(got->result.state(), lease_state::held);
}

// What a follower has heard reaches the leader up to half a tick later: until then the leader counts from before the
// silence, and a write in between does not change that. Found by the simulation, three servers, seed 1579.
TEST_F(LeaseLoss, SilenceCountsUntilTheLeaderMustKnowOfItsEnd) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    world.advance(10ms);
    one.process.freeze();
    world.advance(1500ms);
    one.process.thaw();
    const auto thawed = world.now();
    while (world.now() - thawed < timeout / 4) {
        lease_is_checked(got);
        ASSERT_LE(got->result.remaining(), timeout - 1500ms);
        world.advance(50ms);
    }
    world.advance(100ms);
    lease_is_checked(got);
    EXPECT_GT(got->result.remaining(), timeout / 4);
}

// What was sent in time and came late was reported later still. Found by the simulation, three servers, seed 3505.
TEST_F(LeaseLoss, WhatWasOnTheWayForLongCountsFromItsAnswer) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    world.advance(timeout);
    const auto stalled = world.now();
    ensemble.stall(true, one.number(), stalled_way::to_server);
    world.advance(timeout / 2);
    ensemble.stall(false, one.number());
    world.advance(10ms);
    lease_is_checked(got);
    EXPECT_LE(world.now() + got->result.remaining(), stalled + timeout);
    world.advance(timeout / 4);
    lease_is_checked(got);
    EXPECT_GT(got->result.remaining(), timeout / 2);
}

// The same with one after the other on the way: of what is answered only now the leader has not heard yet.
TEST_F(LeaseLoss, OnSlowLinesAnswersCountLater) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.options().one_way = timeout / 8;
    world.advance(timeout);
    auto most = 0ns;
    for (int i = 0; i < 100; ++i) {
        most = std::max<std::chrono::nanoseconds>(most, got->result.remaining());
        world.advance(timeout / 40);
    }
    EXPECT_LE(most, timeout / 4) << "answered a quarter before the write, which takes another quarter";
    EXPECT_GT(most, 0ns);
}

}  // namespace
}  // namespace paddock::testing
