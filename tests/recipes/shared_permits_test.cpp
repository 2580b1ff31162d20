// One client's threads share its places in the queue of a semaphore.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/recipes/semaphore_fixture.hpp"

namespace paddock::testing {
namespace {

class SharedPermits : public SemaphoreTest {
protected:
    static semaphore shared(core_client& by, std::uint32_t limit = 3) {
        semaphore_options options;
        options.limit = limit;
        options.sharing.time = 10s;
        return semaphore(by.handle, "/locks/a", options);
    }
    std::vector<attempt> queue_up(std::size_t count, core_client& by, std::uint32_t limit = 3) {
        std::vector<attempt> made;
        for (std::size_t i = 0; i < count; ++i) made.push_back(take(shared(by, limit)));
        world.advance(30ms);
        return made;
    }
    static std::size_t count_granted(const std::vector<attempt>& of) {
        return static_cast<std::size_t>(
            std::ranges::count_if(of, [](const attempt& one) { return one->granted() && one->result; }));
    }
    core_client& one = connected_client();
    core_client& two = connected_client();
};

TEST_F(SharedPermits, AsManyAreHeldAsThereAre) {
    const auto all = queue_up(8, one);
    EXPECT_EQ(count_granted(all), 3u);
    EXPECT_EQ(nodes(), 4u) << "those who hold, and one contender for all who wait";
}

TEST_F(SharedPermits, AReleaseIsPassedOnWithoutAServer) {
    const auto all = queue_up(8, one);
    const auto before = writes(one);
    const auto begin = world.now();
    let_go(all[1]);
    ASSERT_TRUE(granted(all[3]));
    EXPECT_EQ(world.now(), begin);
    EXPECT_EQ(writes(one), before);
    EXPECT_EQ(all[3]->result.fencing_token().local(), 1u);
    EXPECT_EQ(count_granted(all), 3u);
}

TEST_F(SharedPermits, ALateOneFindsRoomBesideThoseWhoHold) {
    const auto first = queue_up(1, one);
    const auto second = queue_up(1, one);
    EXPECT_TRUE(granted(first[0]));
    EXPECT_TRUE(granted(second[0]));
    EXPECT_NE(first[0]->result.fencing_token(), second[0]->result.fencing_token());
}

TEST_F(SharedPermits, ATryAsksTheServersForItself) {
    const auto held = queue_up(2, one);
    const attempt last = take_now(shared(one));
    ASSERT_TRUE(granted(last));
    const attempt none = take_now(shared(one));
    ASSERT_TRUE(run_until_done(none));
    EXPECT_EQ(none->ec, make_error_code(errc::timed_out));
}

TEST_F(SharedPermits, OthersGetTheirsWhenTheBudgetIsUsedUp) {
    auto all = queue_up(8, one);
    const auto elsewhere = queue_up(1, two);
    const auto pass_round = [&] {
        for (const attempt& each : all)
            if (each->done()) let_go(each);
        return elsewhere[0]->done();
    };
    EXPECT_TRUE(run_until(pass_round, 11s));
}

TEST_F(SharedPermits, ARaisedLimitIsUsed) {
    const auto all = queue_up(8, one);
    ASSERT_FALSE(set_limit(one, 6));
    ASSERT_TRUE(run_until([&] { return count_granted(all) == 6; }, 1s));
    EXPECT_EQ(nodes(), 7u);
}

TEST_F(SharedPermits, RequestsOfAnotherSizeShareAPlaceOfTheirOwn) {
    const attempt small = take(shared(one));
    const attempt big = take(shared(one).permits(2));
    const attempt big_too = take(shared(one).permits(2));
    ASSERT_TRUE(granted(small));
    ASSERT_TRUE(granted(big));
    EXPECT_FALSE(big_too->done());
    let_go(big);
    ASSERT_TRUE(granted(big_too));
    EXPECT_EQ(big_too->result.fencing_token().local(), 1u);
}

TEST_F(SharedPermits, AContenderThatNobodyWaitsForGoes) {
    const auto all = queue_up(4, one);
    EXPECT_EQ(nodes(), 4u);
    let_go(all[0]);  // passed on to the last who waits
    ASSERT_TRUE(granted(all[3]));
    ASSERT_TRUE(run_until([&] { return nodes() == 3; }, 11s));
    EXPECT_EQ(count_granted(all), 3u);
}

TEST_F(SharedPermits, WaitersWhoGiveUpLeaveNoContender) {
    const auto all = queue_up(6, one);
    for (std::size_t i = 3; i < 6; ++i) all[i]->cancel.emit(boost::asio::cancellation_type::terminal);
    ASSERT_TRUE(run_until([&] { return all[5]->done() && nodes() == 3; }, 1s));
}

TEST_F(SharedPermits, ALostPlaceIsSoughtAnew) {
    const auto all = queue_up(5, one);
    ensemble.remove_by_operator(all[0]->result.node());
    ASSERT_TRUE(run_until([&] { return all[0]->result.state() == lease_state::lost; }, 1s));
    ASSERT_TRUE(run_until([&] { return count_granted(all) == 4; }, 1s)) << "the lost one is still an object";
}

TEST_F(SharedPermits, TheLastUserGoneNothingStays) {
    auto all = queue_up(5, one);
    for (const attempt& each : all) each->cancel.emit(boost::asio::cancellation_type::terminal);
    for (const attempt& each : all) let_go(each);
    ASSERT_TRUE(run_until([&] { return nodes() == 0; }, 1s));
}

TEST_F(SharedPermits, ClosingTheClientEndsAll) {
    const auto all = queue_up(6, one);
    one.close();
    ASSERT_TRUE(run_until([&] { return all[5]->done(); }, 1s));
    EXPECT_EQ(all[5]->ec, make_error_code(errc::client_closed));
}

// A contender that fails ends only a waiter that no other stands for.
TEST_F(SharedPermits, OneFailureIsNotEverybodys) {
    const attempt big = hold_permits(shared(two).permits(3));
    const auto first = queue_up(2, one);
    ensemble.answer_next(request_kind::create, server_errc::no_auth);
    const auto last = queue_up(1, one);
    ASSERT_TRUE(run_until([&] { return last[0]->done(); }, 1s));
    EXPECT_EQ(last[0]->ec, make_error_code(server_errc::no_auth));
    EXPECT_FALSE(first[0]->done() || first[1]->done());
    let_go(big);
    ASSERT_TRUE(granted(first[0]));
    ASSERT_TRUE(granted(first[1]));
}

// A contender that nobody wants takes no permit from others.
TEST_F(SharedPermits, ATryElsewhereFindsWhatNobodyWants) {
    const auto all = queue_up(4, one);
    let_go(all[0]);
    ASSERT_TRUE(granted(all[3]));
    let_go(all[1]);
    ASSERT_TRUE(run_until([&] { return nodes() == 2; }, 1s));
    const attempt tried = take_now(shared(two));
    EXPECT_TRUE(granted(tried));
}

TEST_F(SharedPermits, PositionsAreThoseOfTheirContenders) {
    const auto held = queue_up(1, one, 2);
    const attempt big = hold_permits(shared(two, 2));
    const auto elsewhere = queue_up(2, two, 2);
    std::vector<std::size_t> told;
    semaphore_options options;
    options.limit = 2;
    options.sharing.time = 10s;
    options.on_position = [&](std::size_t ahead) { told.push_back(ahead); };
    const attempt waits = take(semaphore(one.handle, "/locks/a", options));
    world.advance(20ms);
    EXPECT_EQ(told, std::vector<std::size_t>{3}) << "two hold, one contender of the other client waits";
    let_go(held[0]);
    ASSERT_TRUE(granted(waits));
    EXPECT_EQ(told.back(), 0u);
}

TEST_F(SharedPermits, NothingIsLeftToDoOnceTheClientIsClosed) {
    const auto all = queue_up(4, one);
    let_go(all[0]);
    ASSERT_TRUE(granted(all[3]));  // a contender is to be given up, later
    const semaphore outlives = shared(one);
    one.close();
    two.close();
    world.advance(1s);
    EXPECT_EQ(world.scheduled_calls(), 0u);
}

TEST_F(SharedPermits, DoNotLinger) {
    semaphore_options options;
    options.limit = 3;
    options.sharing.linger = 1ms;
    EXPECT_THROW(semaphore(one.handle, "/locks/a", options), argument_error);
}

}  // namespace
}  // namespace paddock::testing
