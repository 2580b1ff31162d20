// The semaphore: weights, order, limits that change; and the scenarios of Curator's and kazoo's tests by their names.
#include <algorithm>
#include <optional>
#include <random>

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

// Curator: InterProcessSemaphore.
TEST_F(SemaphoreTest, testAcquireAfterLostServer) {
    std::vector<attempt> all;
    core_client& holder = connected_client();
    const attempt first = hold_permits(limited(holder).permits(3));
    for (int i = 0; i < 10; ++i) {
        core_client& by = connected_client();
        ensemble.before_next(request_kind::children,
                             [this, &by] { ensemble.expire_session(by.session_id()); }, {by.number(), 0, ""});
        all.push_back(take(limited(by)));
    }
    ensemble.power(false);
    world.advance(1s);
    ensemble.power(true);
    let_go(first);
    for (std::size_t done = 0; done < all.size();) {
        ASSERT_TRUE(run_until(
            [&] {
                return std::ranges::any_of(all,
                                           [](const attempt& one) { return one->done() && one->result; });
            },
            30s))
            << done;
        for (const attempt& one : all)
            if (one->done() && one->result) ++done, let_go(one);
    }
}

TEST_F(SemaphoreTest, testThreadedLeaseIncrease) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = queue_up(limited(two, 1));
    EXPECT_FALSE(b->done());
    EXPECT_EQ(set_limit(one, 2, 1), error_code());
    EXPECT_TRUE(run_until_done(b, 50ms));
}

TEST_F(SemaphoreTest, testClientClose) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one).permits(3));
    const attempt b = queue_up(limited(two));
    one.close();
    EXPECT_TRUE(run_until_done(b, 100ms));
}

TEST_F(SemaphoreTest, testMaxPerSession) {
    std::mt19937_64 random(3);
    std::vector<core_client*> by;
    for (int i = 0; i < 4; ++i) by.push_back(&connected_client());
    std::uint64_t used = 0;
    std::uint64_t most = 0;
    int served = 0;
    for (int i = 0; i < 100; ++i) {
        const auto permits = static_cast<std::uint32_t>(1 + random() % 5);
        queue_claim claim = limited(*by[random() % by.size()], 5).permits(permits);
        claim.async_acquire([&, permits](error_code ec, lease got) {
            EXPECT_FALSE(ec);
            used += permits;
            most = std::max(most, used);
            const auto until = world.now() + std::chrono::milliseconds(random() % 20);
            auto kept = std::make_shared<std::pair<lease, detail::scheduled_call>>();
            kept->first = std::move(got);
            kept->second = world.call_at(until, [&, kept, permits] {
                used -= permits;
                ++served;
                kept->first = lease();
            });
        });
    }
    EXPECT_TRUE(run_until([&] { return served == 100; }, 60s)) << served;
    EXPECT_LE(most, 5u);
    EXPECT_EQ(most, 5u) << "all of them were in use at some time";
}

TEST_F(SemaphoreTest, testRelease1AtATime) {
    core_client& one = connected_client();
    std::vector<attempt> all;
    for (int i = 0; i < 9; ++i) all.push_back(queue_up(limited(one)));
    for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_TRUE(run_until_done(all[i]));
        EXPECT_FALSE(i + 3 < all.size() && all[i + 3]->done());
        let_go(all[i]);
    }
}

TEST_F(SemaphoreTest, testReleaseInChunks) {
    core_client& one = connected_client();
    std::vector<attempt> all;
    for (int i = 0; i < 33; ++i) all.push_back(take(limited(one, 11)));
    for (std::size_t first = 0; first < all.size(); first += 11) {
        for (std::size_t i = first; i < first + 11; ++i) ASSERT_TRUE(run_until_done(all[i]));
        world.advance(50ms);
        EXPECT_FALSE(first + 11 < all.size() && all[first + 11]->done());
        for (std::size_t i = first; i < first + 11; ++i) let_go(all[i]);
    }
}

TEST_F(SemaphoreTest, testThreads) {
    std::vector<core_client*> by;
    for (int i = 0; i < 3; ++i) by.push_back(&connected_client());
    std::vector<attempt> all;
    for (std::size_t i = 0; i < 30; ++i) all.push_back(take(limited(*by[i % 3])));
    const auto drain = [&] {
        std::size_t held = 0;
        for (const attempt& one : all) held += one->done() && one->result ? 1 : 0;
        EXPECT_LE(held, 3u);
        for (const attempt& one : all) let_go(one);
        return std::ranges::all_of(all, [](const attempt& one) { return one->done(); });
    };
    EXPECT_TRUE(run_until(drain, 30s));
}

TEST_F(SemaphoreTest, testSimple) {
    core_client& one = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = take_within(one, 1s, limited(one, 1));
    ASSERT_TRUE(run_until_done(b));
    EXPECT_EQ(b->ec, make_error_code(errc::timed_out));
}

TEST_F(SemaphoreTest, testSimple2) {
    core_client& one = connected_client();
    std::vector<attempt> all;
    for (int i = 0; i < 3; ++i) all.push_back(hold_permits(limited(one)));
    const attempt fourth = take_within(one, 1s, limited(one));
    ASSERT_TRUE(run_until_done(fourth));
    EXPECT_EQ(fourth->ec, make_error_code(errc::timed_out));
    let_go(all.front());
    EXPECT_TRUE(hold_permits(limited(one))->granted());
}

TEST_F(SemaphoreTest, testGetParticipantNodes) {
    core_client& one = connected_client();
    for (int i = 0; i < 5; ++i) queue_up(limited(one));
    const auto listed = std::make_shared<outcome<std::vector<contender_info>>>();
    limited(one).async_contenders(10s, recorded(listed, world));
    ASSERT_TRUE(run_until([&] { return listed->done(); }));
    ASSERT_EQ(listed->result.size(), 5u);
    EXPECT_EQ(std::ranges::count(listed->result, true, &contender_info::holds), 3);
}

TEST_F(SemaphoreTest, testNoOrphanedNodes) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = queue_up(limited(two, 1));
    ensemble.remove_by_operator(ensemble.ephemerals(two.session_id()).at(0));
    world.advance(500ms);
    let_go(a);
    ASSERT_TRUE(run_until_done(b));
    EXPECT_EQ(nodes(), 1u);
}

TEST_F(SemaphoreTest, testInterruptAcquire) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = queue_up(limited(two, 1));
    b->abort();
    EXPECT_TRUE(run_until([this] { return nodes() == 1; }, 50ms));
}

// Curator: InterProcessSemaphoreCluster.
TEST_F(SemaphoreTest, testKilledServerWithEnsembleProvider) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = queue_up(limited(two, 1));
    ensemble.power(false);
    ASSERT_TRUE(run_until([&] { return a->result.state() == lease_state::lost; }));
    EXPECT_FALSE(b->done()) << "nobody holds while no server runs";
    ensemble.power(true);
    EXPECT_TRUE(run_until_done(b, 30s));
}

TEST(SemaphoreOnThreeServers, testCluster) {
    semaphore_rig rig(1, on_three_servers());
    std::vector<attempt> all;
    const attempt first = rig.hold_permits(semaphore_rig::limited(rig.connected_client()).permits(3));
    for (int i = 0; i < 20; ++i) all.push_back(rig.take(semaphore_rig::limited(rig.connected_client())));
    rig.ensemble.power(false);
    rig.world.advance(5s);
    for (const attempt& one : all) EXPECT_FALSE(one->done()) << "while no server runs";
    rig.ensemble.power(true);
    rig.ensemble.servers().kill(2);
    semaphore_rig::let_go(first);
    const auto served = [&] {
        for (const attempt& one : all) semaphore_rig::let_go(one);
        return std::ranges::all_of(all, [](const attempt& one) { return one->done(); });
    };
    EXPECT_TRUE(rig.run_until(served, 60s));
    rig.ensemble.servers().restart(2);
    rig.expect_clean();
}

// kazoo: Semaphore. What the above do not show yet.
TEST_F(SemaphoreTest, test_non_blocking) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = take_now(limited(two, 1));
    ASSERT_TRUE(run_until_done(b));
    EXPECT_EQ(b->ec, make_error_code(errc::timed_out));
    EXPECT_TRUE(run_until([this] { return nodes() == 1; }, 50ms));
    let_go(a);
    ASSERT_TRUE(run_until([this] { return nodes() == 0; }, 50ms));
    const attempt c = take_now(limited(two, 1));
    ASSERT_TRUE(run_until_done(c));
    EXPECT_TRUE(c->granted());
}

TEST_F(SemaphoreTest, test_handle_session_loss) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    core_client& three = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = queue_up(limited(two, 1));
    const attempt c = queue_up(limited(three, 1));
    ensemble.expire_session(two.session_id());
    ASSERT_TRUE(run_until([this] { return nodes() == 3; }, 5s)) << "it joins again, at the end";
    ensemble.expire_session(one.session_id());
    ASSERT_TRUE(run_until_done(c));
    EXPECT_FALSE(b->done());
    ASSERT_TRUE(run_until([&] { return a->result.state() == lease_state::lost; }));
    let_go(c);
    ASSERT_TRUE(run_until_done(b));
}

TEST_F(SemaphoreTest, test_reacquire) {
    core_client& one = connected_client();
    for (int i = 0; i < 3; ++i) let_go(hold_permits(limited(one, 1)));
    ASSERT_TRUE(run_until([this] { return nodes() == 0; }));
}

TEST_F(SemaphoreTest, test_acquire_after_cancelled) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = queue_up(limited(two, 1));
    b->abort();
    const attempt c = queue_up(limited(two, 1));
    let_go(a);
    EXPECT_TRUE(run_until_done(c));
}

}  // namespace
}  // namespace paddock::testing
