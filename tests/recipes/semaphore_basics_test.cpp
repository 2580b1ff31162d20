// The semaphore: weights, order, what it costs, and what becomes of those who go.
#include <optional>

#include <boost/asio/error.hpp>

#include "tests/recipes/semaphore_fixture.hpp"

namespace paddock::testing {
namespace {

TEST_F(SemaphoreTest, UncontendedAcquireIsTwoNetworkWaits) {
    core_client& one = connected_client();
    let_go(hold_permits(limited(one)));
    ASSERT_TRUE(run_until([this] { return quiet(); }));
    const auto begin = world.now();
    const auto creates = ensemble.requests(request_kind::create);
    const attempt got = take(limited(one));
    ASSERT_TRUE(run_until_done(got));
    EXPECT_EQ(got->at - begin, 4ms) << "create, record and listing; then the grant";
    EXPECT_EQ(ensemble.requests(request_kind::create), creates + 1);
    EXPECT_EQ(ensemble.network_waits(one.number(), begin), 2u);
}

TEST_F(SemaphoreTest, LeaseTellsWhatItIs) {
    core_client& one = connected_client();
    const attempt got = hold_permits(limited(one).permits(2));
    const auto node = ensemble.node(got->result.node());
    ASSERT_TRUE(node);
    EXPECT_NE(got->result.node().find("-permit-2-0000000000"), std::string::npos);
    EXPECT_EQ(got->result.fencing_token().value(), node->mzxid);
    EXPECT_GT(node->mzxid, node->czxid) << "the grant is a write of its own";
    EXPECT_EQ(node->version, 1);
    EXPECT_EQ(ensemble.data("/locks/a"), R"({"declared":3,"limit":3})");
    std::optional<bool> still;
    got->result.async_check([&](error_code, bool held) { still = held; });
    ASSERT_TRUE(run_until([&] { return still.has_value(); }));
    EXPECT_TRUE(*still);
}

TEST_F(SemaphoreTest, BadNumbersAreRefused) {
    core_client& one = connected_client();
    EXPECT_THROW(limited(one, 0), argument_error);
    EXPECT_THROW(limited(one, 1'000'001), argument_error);
    EXPECT_THROW((void)limited(one).permits(0), argument_error);
    EXPECT_THROW((void)limited(one).permits(4), argument_error);
    EXPECT_THROW((void)limited(one).set_limit(0), argument_error);
    EXPECT_THROW((void)limited(one).redeclare(1'000'001), argument_error);
    EXPECT_THROW(limited(one, 3, "/"), argument_error);
    error_code ec;
    (void)limited(one).state(0ms, ec);
    EXPECT_EQ(ec, make_error_code(errc::invalid_duration));
}

TEST_F(SemaphoreTest, AllOrNothing) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt first = hold_permits(limited(one).permits(2));
    const attempt both = queue_up(limited(two).permits(2));
    EXPECT_FALSE(both->done());
    EXPECT_EQ(state_of(one).held, 2u) << "it has not taken the one that is left";
    let_go(first);
    ASSERT_TRUE(run_until_done(both));
    EXPECT_TRUE(both->granted());
}

TEST_F(SemaphoreTest, SmallRequestsDoNotPassABigOne) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one));
    const attempt b = hold_permits(limited(one));
    const attempt big = queue_up(limited(two).permits(3));
    const attempt small = queue_up(limited(one));
    EXPECT_FALSE(small->done()) << "there would be room, but not behind the big one";
    EXPECT_EQ(state_of(two).available(), 0u);
    let_go(a);
    world.advance(50ms);
    EXPECT_FALSE(big->done());
    let_go(b);
    ASSERT_TRUE(run_until_done(big));
    EXPECT_FALSE(small->done());
    let_go(big);
    ASSERT_TRUE(run_until_done(small));
    EXPECT_GT(small->result.fencing_token(), fencing_token());
}

TEST_F(SemaphoreTest, AnyHolderThatLeavesMakesRoom) {
    for (std::size_t leaves = 0; leaves < 3; ++leaves) {
        core_client& one = connected_client();
        core_client& two = connected_client();
        std::vector<attempt> holders;
        for (int i = 0; i < 3; ++i) holders.push_back(hold_permits(limited(one)));
        const attempt next = queue_up(limited(two));
        EXPECT_FALSE(next->done());
        let_go(holders[leaves]);
        EXPECT_TRUE(run_until_done(next, 50ms)) << "holder " << leaves << " left unnoticed";
        for (const attempt& one_more : holders) let_go(one_more);
        let_go(next);
        ASSERT_TRUE(run_until([this] { return quiet(); }));
    }
}

TEST_F(SemaphoreTest, ReleaseWakesOneOfMany) {
    core_client& one = connected_client();
    std::vector<attempt> holders;
    for (int i = 0; i < 3; ++i) holders.push_back(hold_permits(limited(one)));
    std::vector<core_client*> waiting;
    std::vector<attempt> waits;
    for (int i = 0; i < 8; ++i) {
        waiting.push_back(&connected_client());
        waits.push_back(queue_up(limited(*waiting.back())));
    }
    std::vector<std::uint64_t> asked;
    std::vector<std::size_t> told;
    for (core_client* by : waiting) {
        asked.push_back(reads_and_writes(*by));
        told.push_back(ensemble.watch_events(by->number()));
    }
    let_go(holders[1]);
    ASSERT_TRUE(run_until_done(waits[0]));
    world.advance(50ms);
    // The one that is granted, and the one that is the first to wait now.
    EXPECT_LE(ensemble.watch_events(waiting[0]->number()) - told[0], 3u);
    EXPECT_LE(reads_and_writes(*waiting[1]) - asked[1], 6u);
    for (std::size_t i = 2; i < waiting.size(); ++i) {
        EXPECT_EQ(ensemble.watch_events(waiting[i]->number()), told[i]) << "waiter " << i << " was woken";
        EXPECT_EQ(reads_and_writes(*waiting[i]), asked[i]);
    }
}

TEST_F(SemaphoreTest, GivenUpRequestsLeaveNothing) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold_permits(limited(one).permits(3));
    const attempt tried = take_now(limited(two));
    const attempt timed = take_within(two, 50ms, limited(two));
    const attempt cancelled = queue_up(limited(two));
    ASSERT_TRUE(run_until_done(tried));
    EXPECT_EQ(tried->ec, make_error_code(errc::timed_out));
    ASSERT_TRUE(run_until_done(timed));
    EXPECT_EQ(timed->ec, make_error_code(errc::timed_out));
    cancelled->abort();
    world.settle();
    EXPECT_EQ(cancelled->ec, boost::asio::error::operation_aborted);
    EXPECT_TRUE(run_until([this] { return nodes() == 1; }, 50ms));
    world.advance(20ms);
    EXPECT_EQ(ensemble.watches(two.number()), 0u);
}

TEST_F(SemaphoreTest, OneThatQuitsInTheMiddleHidesNobody) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one).permits(2));
    const attempt quits = queue_up(limited(one).permits(2));
    const attempt next = queue_up(limited(two));
    const attempt last = queue_up(limited(two));
    quits->abort();
    ASSERT_TRUE(run_until_done(next)) << "behind the one that quit there was room";
    EXPECT_FALSE(last->done());
    let_go(a);
    ASSERT_TRUE(run_until_done(last));
}

TEST_F(SemaphoreTest, ListingTellsWhoHoldsByTheirNodes) {
    core_client& one = connected_client();
    const attempt a = hold_permits(limited(one).permits(2));
    const attempt b = hold_permits(limited(one));
    const attempt c = queue_up(limited(one).permits(2));
    EXPECT_EQ(set_limit(one, 1), error_code());
    const auto listed = std::make_shared<outcome<std::vector<contender_info>>>();
    limited(one).async_contenders(10s, recorded(listed, world));
    ASSERT_TRUE(run_until([&] { return listed->done(); }));
    ASSERT_EQ(listed->result.size(), 3u);
    EXPECT_TRUE(listed->result[0].holds && listed->result[1].holds);
    EXPECT_FALSE(listed->result[2].holds);
    EXPECT_EQ(listed->result[0].permits, 2u);
    EXPECT_EQ(listed->result[0].token, a->result.fencing_token());
    EXPECT_EQ(set_limit(one, 3), error_code());
}

TEST_F(SemaphoreTest, RobbedWaiterJoinsAgain) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold_permits(limited(one).permits(3));
    const attempt waits = queue_up(limited(two));
    ensemble.remove_by_operator(ensemble.ephemerals(two.session_id()).at(0));
    ASSERT_TRUE(run_until([this] { return nodes() == 2; }, 200ms));
    let_go(holder);
    EXPECT_TRUE(run_until_done(waits, 200ms));
}

TEST_F(SemaphoreTest, RobbedHolderIsToldAndTheNextComesIn) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold_permits(limited(one).permits(3));
    const attempt waits = queue_up(limited(two));
    ensemble.remove_by_operator(holder->result.node());
    ASSERT_TRUE(run_until_done(waits, 50ms));
    EXPECT_EQ(holder->result.state(), lease_state::lost);
    EXPECT_EQ(holder->result.reason(), loss_reason::node_deleted);
}

TEST_F(SemaphoreTest, SessionLostRightAfterTheGrantWriteFreesThePermits) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    let_go(hold_permits(limited(two)));
    ensemble.after_next(request_kind::multi, [&] { ensemble.expire_session(one.session_id()); },
                        {one.number(), 0, ""});
    const auto before = one.session_id();
    const attempt got = take(limited(one).permits(3));
    ASSERT_TRUE(run_until_done(got));
    ASSERT_TRUE(got->granted());
    EXPECT_NE(got->result.session_id(), before);
    EXPECT_EQ(nodes(), 1u);
}

}  // namespace
}  // namespace paddock::testing
