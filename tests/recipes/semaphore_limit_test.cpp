// The semaphore's limit: who declares it, who changes it, and whom it lets in then.
#include "tests/recipes/semaphore_fixture.hpp"

namespace paddock::testing {
namespace {

TEST_F(SemaphoreTest, AnotherLimitIsAConflict) {
    core_client& one = connected_client();
    const attempt got = hold_permits(limited(one, 3));
    const attempt other = take(limited(one, 4));
    ASSERT_TRUE(run_until_done(other));
    EXPECT_EQ(other->ec, make_error_code(errc::conflict));
    EXPECT_TRUE(run_until([this] { return nodes() == 1; }, 50ms));
    EXPECT_EQ(set_limit(one, 4), error_code());
    EXPECT_TRUE(hold_permits(limited(one, 4))->granted()) << "it is in force now";
    EXPECT_TRUE(hold_permits(limited(one, 3))->granted()) << "it is declared still";
}

TEST_F(SemaphoreTest, RaisedLimitLetsInAsManyAsFit) {
    core_client& one = connected_client();
    std::vector<attempt> waits{hold_permits(limited(one).permits(3))};
    for (int i = 0; i < 4; ++i) waits.push_back(queue_up(limited(connected_client())));
    EXPECT_EQ(set_limit(one, 6), error_code());
    world.advance(200ms);
    for (std::size_t i = 1; i < 4; ++i) EXPECT_TRUE(waits[i]->granted()) << i;
    EXPECT_FALSE(waits[4]->done());
    const semaphore_state now = state_of(one);
    EXPECT_EQ(now.limit, 6u);
    EXPECT_EQ(now.declared, 3u);
    EXPECT_EQ(now.held, 6u);
    EXPECT_EQ(now.waiting, 1u);
    EXPECT_EQ(now.available(), 0u);
}

TEST_F(SemaphoreTest, LimitOnItsWayIsNotCalledUnsent) {
    core_client& one = connected_client();
    const attempt got = hold_permits(limited(one));
    ensemble.before_next(request_kind::set,
                         [&] { ensemble.stall(true, one.number(), stalled_way::to_client); });
    std::optional<error_code> told;
    limited(one).async_set_limit(5, 500ms, [&](error_code ec) { told = ec; });
    ASSERT_TRUE(run_until([&] { return told.has_value(); }, 1s));
    EXPECT_EQ(*told, make_error_code(errc::outcome_unknown));
    ensemble.stall(false, one.number(), stalled_way::to_client);
    world.advance(50ms);
    EXPECT_EQ(state_of(one).limit, 5u);
}

TEST_F(SemaphoreTest, LoweredLimitRevokesNobody) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    std::vector<attempt> holders;
    for (int i = 0; i < 3; ++i) holders.push_back(hold_permits(limited(one)));
    const attempt waits = queue_up(limited(two));
    EXPECT_EQ(set_limit(one, 2), error_code());
    for (const attempt& held : holders) EXPECT_EQ(held->result.state(), lease_state::held);
    const semaphore_state now = state_of(one);
    EXPECT_EQ(now.limit, 2u);
    EXPECT_EQ(now.held, 3u) << "beyond the limit for a while";
    EXPECT_EQ(now.waiting, 1u);
    let_go(holders[2]);
    world.advance(100ms);
    EXPECT_FALSE(waits->done()) << "two still hold";
    let_go(holders[0]);
    EXPECT_TRUE(run_until_done(waits, 50ms));
}

// Those beyond a lowered limit leave in any order; the last departure that is needed is noticed, whosever it is.
TEST_F(SemaphoreTest, DepartureOfAnyHolderBeyondALoweredLimitIsNoticed) {
    for (const std::vector<std::size_t>& order :
         std::vector<std::vector<std::size_t>>{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 2, 1}}) {
        core_client& one = connected_client();
        core_client& two = connected_client();
        std::vector<attempt> holders;
        for (int i = 0; i < 3; ++i) holders.push_back(hold_permits(limited(one)));
        const attempt waits = queue_up(limited(two));
        const attempt behind = queue_up(limited(one));
        EXPECT_EQ(set_limit(one, 1), error_code());
        let_go(holders[order[0]]);
        let_go(holders[order[1]]);
        world.advance(100ms);
        EXPECT_FALSE(waits->done());
        let_go(holders[order[2]]);
        EXPECT_TRUE(run_until_done(waits, 50ms)) << "last one to leave: " << order[2];
        world.advance(50ms);
        EXPECT_FALSE(behind->done());
        let_go(waits);
        EXPECT_TRUE(run_until_done(behind, 50ms));
        let_go(behind);
        ASSERT_TRUE(run_until([this] { return quiet(); }));
        EXPECT_EQ(set_limit(one, 3), error_code());
    }
}

// The turn of the first has come, but not yet its grant; the second is granted; then there is room for one alone.
TEST_F(SemaphoreTest, NoGrantBesideOneThatALoweredLimitLeftOver) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    core_client& boss = connected_client();
    let_go(hold_permits(limited(boss)));
    ensemble.fail_next(request_kind::multi, fault_position::before_commit, {one.number(), 0, ""});
    ensemble.before_next(request_kind::multi, [&] { ensemble.refuse_connections(true); },
                         {one.number(), 0, ""});
    const attempt first = take(limited(one));
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::suspended; }));
    ensemble.refuse_connections(false);
    ensemble.stall(true, one.number());
    const attempt second = hold_permits(limited(two));
    EXPECT_EQ(nodes(), 2u);
    EXPECT_EQ(set_limit(boss, 1), error_code());
    ensemble.stall(false, one.number());
    world.advance(1500ms);
    EXPECT_FALSE(first->done()) << "two permits of one";
    EXPECT_EQ(one.state(), session_state::connected);
    let_go(second);
    EXPECT_TRUE(run_until_done(first, 3s));
    EXPECT_TRUE(first->granted());
}

// The grant takes effect, its answer is lost, the limit is lowered: its repetition is refused, but it is the holder.
TEST_F(SemaphoreTest, GrantWhoseAnswerWasLostCountsUnderALoweredLimit) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    core_client& boss = connected_client();
    let_go(hold_permits(limited(boss)));
    const attempt holder = hold_permits(limited(two).permits(2));
    ensemble.fail_next(request_kind::multi, fault_position::after_commit, {one.number(), 0, ""});
    ensemble.before_next(
        request_kind::multi,
        [&] { EXPECT_FALSE(ensemble.set_by_operator("/locks/a", R"({"declared":3,"limit":1,"peak":3})")); },
        {one.number(), 0, ""});
    const attempt got = take(limited(one));
    ASSERT_TRUE(run_until_done(got));
    ASSERT_TRUE(got->granted());
    EXPECT_EQ(ensemble.node(got->result.node())->version, 1) << "not written again";
    EXPECT_EQ(ensemble.node(got->result.node())->mzxid, got->result.fencing_token().value());
    EXPECT_EQ(state_of(boss).held, 3u);
}

TEST_F(SemaphoreTest, DirectoryWithoutARecordIsDeclared) {
    core_client& one = connected_client();
    ensemble.create_by_operator("/locks");
    ensemble.create_by_operator("/locks/a");
    EXPECT_TRUE(hold_permits(limited(one))->granted());
    EXPECT_EQ(ensemble.data("/locks/a"), R"({"declared":3,"limit":3})");
}

TEST_F(SemaphoreTest, DirectoryOfSomebodyElseIsAConflict) {
    core_client& one = connected_client();
    ensemble.create_by_operator("/locks");
    ensemble.create_by_operator("/locks/a", "10.0.0.1");
    const attempt got = take(limited(one));
    ASSERT_TRUE(run_until_done(got));
    EXPECT_EQ(got->ec, make_error_code(errc::conflict));
    error_code ec;
    (void)state_of(one, &ec);
    EXPECT_EQ(ec, make_error_code(errc::conflict));
    EXPECT_EQ(set_limit(one, 2), make_error_code(errc::conflict));
    EXPECT_EQ(ensemble.data("/locks/a"), "10.0.0.1");
}

TEST_F(SemaphoreTest, LimitMayBeSetBeforeAnybodyComes) {
    core_client& one = connected_client();
    EXPECT_EQ(state_of(one).limit, 0u);
    EXPECT_EQ(set_limit(one, 5), error_code());
    EXPECT_EQ(ensemble.data("/locks/a"), R"({"declared":3,"limit":5})");
    EXPECT_EQ(set_limit(one, 5), error_code());
    EXPECT_EQ(ensemble.node("/locks/a")->version, 1) << "nothing to change";
    EXPECT_EQ(state_of(one).available(), 5u);
    ensemble.set_by_operator("/locks/a", "");
    EXPECT_EQ(set_limit(one, 4), error_code());
    EXPECT_EQ(ensemble.data("/locks/a"), R"({"declared":3,"limit":4})")
        << "declared is what the program says";
}

TEST_F(SemaphoreTest, OneOfTwoChangesAtOnceIsNotLost) {
    core_client& one = connected_client();
    hold_permits(limited(one));
    ensemble.before_next(
        request_kind::set,
        [&] { EXPECT_FALSE(ensemble.set_by_operator("/locks/a", R"({"declared":9,"limit":9})")); },
        {one.number(), 0, "/locks/a"});
    EXPECT_EQ(set_limit(one, 2), error_code());
    EXPECT_EQ(ensemble.data("/locks/a"), R"({"declared":9,"limit":2,"peak":9})");
}

}  // namespace
}  // namespace paddock::testing
