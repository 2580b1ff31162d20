// What a leader latch tells its owner, and when.
#include "tests/recipes/leader_fixture.hpp"

namespace paddock::testing {
namespace {

using LeaderLatch = LeaderTest;

TEST_F(LeaderLatch, CallbackSanity) {
    candidate& leading = add_leader(connected_client());
    candidate& next = add_waiting(connected_client());
    world.advance(10ms);
    ASSERT_EQ(leading.told.size(), 1u);
    EXPECT_EQ(leading.told.front()->token, leading.latch->term()->token);
    EXPECT_TRUE(next.told.empty());
    step_down(leading, after_term::stop);
    ASSERT_TRUE(run_until([&] { return next.told.size() == 1; }));
    EXPECT_EQ(leading.told.size(), 2u);
    EXPECT_FALSE(leading.told.back().has_value());
    EXPECT_GT(next.told.front()->token, leading.told.front()->token);
}

// Whoever is told finds the latch in that state already, or in a later one.
TEST_F(LeaderLatch, StateChangesBeforeItIsTold) {
    core_client& one = connected_client();
    std::vector<bool> leads;
    std::optional<leader_latch> latch;
    leader_options options;
    options.on_change = [&](const std::optional<leader_term>&) { leads.push_back(latch->leads()); };
    latch.emplace(one.handle, directory, options);
    latch->start();
    ASSERT_TRUE(run_until([&] { return leads.size() == 1; }));
    ensemble.remove_by_operator(latch->term()->node);
    ASSERT_TRUE(run_until([&] { return leads.size() == 3; }));
    EXPECT_EQ(leads, (std::vector<bool>{true, false, true}));
    latch.reset();
}

TEST_F(LeaderLatch, CallbackNotifyLeader) {
    candidate& leading = add_leader(connected_client());
    const leader_term term = *leading.latch->term();
    close(leading, close_mode::notify);
    ASSERT_EQ(leading.told.size(), 2u) << "not told when the close completed";
    EXPECT_TRUE(term.ended.stop_requested());
}

TEST_F(LeaderLatch, CallbackDontNotify) {
    candidate& leading = add_leader(connected_client());
    const leader_term term = *leading.latch->term();
    ASSERT_TRUE(run_until([&] { return leading.told.size() == 1; }));
    close(leading);
    world.advance(1s);
    EXPECT_EQ(leading.told.size(), 1u);
    EXPECT_TRUE(term.ended.stop_requested()) << "the term's own signal is no handler of the latch";
}

TEST_F(LeaderLatch, DestroyedInItsOwnHandler) {
    core_client& one = connected_client();
    std::optional<leader_latch> latch;
    int calls = 0;
    leader_options options;
    options.on_change = [&](const std::optional<leader_term>&) {
        ++calls;
        latch.reset();
    };
    latch.emplace(one.handle, directory, options);
    latch->start();
    ASSERT_TRUE(run_until([&] { return calls > 0 && nodes() == 0; }));
    world.advance(1s);
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace paddock::testing
