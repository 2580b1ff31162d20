// A leader latch that is started again, while its last node is there or later.
#include <algorithm>

#include "tests/recipes/leader_fixture.hpp"

namespace paddock::testing {
namespace {

using LeaderLatch = LeaderTest;

TEST_F(LeaderLatch, StartedAgainWhileItsNodeIsBeingDeleted) {
    add_leader(connected_client());
    candidate& waits = add_waiting(connected_client());
    const auto before = ensemble.children(directory);
    std::size_t most = 0;
    ensemble.fail_next(request_kind::remove, fault_position::before_commit);
    (void)resign(waits, after_term::stop);
    waits.latch->start();
    ASSERT_TRUE(run_until([&] {
        most = std::max(most, nodes());
        return nodes() == 2 && ensemble.children(directory) != before;
    }));
    EXPECT_EQ(most, 2u) << "two campaigns at once";
}

TEST_F(LeaderLatch, StartedTwiceIsOneCandidate) {
    candidate& one = add_started(connected_client());
    one.latch->start();
    ASSERT_TRUE(run_until([&] { return one.leads(); }));
    one.latch->start();
    world.advance(1s);
    EXPECT_EQ(nodes(), 1u);
    EXPECT_EQ(one.told.size(), 1u);
}

TEST_F(LeaderLatch, ResignedAndStartedAgain) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    candidate& next = add_waiting(one);
    const leader_term first = *leading.latch->term();
    step_down(leading);
    EXPECT_TRUE(first.ended.stop_requested());
    ASSERT_TRUE(run_until([&] { return next.leads() && nodes() == 2; }));
    EXPECT_EQ(leading.latch->state(), candidate_state::competing) << "it competes again by itself";
    step_down(leading, after_term::stop);
    ASSERT_TRUE(run_until([&] { return nodes() == 1; }));
    EXPECT_EQ(leading.latch->state(), candidate_state::idle);
    step_down(next, after_term::stop);
    world.advance(1s);
    EXPECT_EQ(leaders(), 0u);
    leading.latch->start();
    ASSERT_TRUE(run_until([&] { return leading.leads(); }));
    EXPECT_GT(leading.latch->term()->token, first.token);
    EXPECT_EQ(leading.terms(), 2u);
}

TEST_F(LeaderLatch, StoppedWhileItsNodeIsBeingDeleted) {
    candidate& one = add_leader(connected_client());
    const auto leaving = resign(one, after_term::stop);
    one.latch->start();  // changes its mind: one candidacy, never two
    ASSERT_TRUE(run_until([&] { return leaving->done() && one.leads(); }));
    EXPECT_EQ(leaving->result, release_result::confirmed);
    EXPECT_EQ(nodes(), 1u);
    EXPECT_EQ(one.terms(), 2u);
}

}  // namespace
}  // namespace paddock::testing
