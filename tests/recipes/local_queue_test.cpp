// One client's threads share their place in the queue of a lock.
#include <algorithm>
#include <utility>

#include <paddock/transaction.hpp>

#include "tests/recipes/local_queue_fixture.hpp"

namespace paddock::testing {
namespace {

TEST_F(LocalQueue, OneNodeForAllAndNoServerForAHandOver) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    const attempt third = queue_up(one);
    EXPECT_EQ(nodes(), 1u);
    const auto before = writes(one);
    const auto begin = world.now();
    let_go(first);
    ASSERT_TRUE(granted(second));
    let_go(second);
    ASSERT_TRUE(granted(third));
    EXPECT_EQ(world.now(), begin);
    EXPECT_EQ(writes(one), before);
    EXPECT_EQ(third->result.node(), "/locks/a/" + ensemble.children("/locks/a").front());
    let_go(third);
    ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
}

TEST_F(LocalQueue, TokensGrowFromTurnToTurnAndFromPlaceToPlace) {
    const attempt first = hold_shared(one, shared(1));
    const attempt second = queue_up(one, shared(1));
    const attempt third = queue_up(one, shared(1));
    const auto czxid = ensemble.node(first->result.node())->czxid;
    EXPECT_EQ(first->result.fencing_token(), fencing_token(czxid));
    const fencing_token of_first = first->result.fencing_token();
    let_go(first);
    ASSERT_TRUE(granted(second));
    EXPECT_EQ(second->result.fencing_token(), fencing_token(czxid, 1));
    EXPECT_GT(second->result.fencing_token(), of_first);
    const fencing_token of_second = second->result.fencing_token();
    let_go(second);
    ASSERT_TRUE(granted(third));
    EXPECT_GT(third->result.fencing_token(), of_second);
    EXPECT_EQ(third->result.fencing_token().local(), 0u);
}

TEST_F(LocalQueue, ItsBudgetLetsOthersIn) {
    std::vector<attempt> here{hold_shared(one, shared(2))};
    for (int i = 0; i < 5; ++i) here.push_back(queue_up(one, shared(2)));
    const attempt elsewhere = queue_up(two);
    for (std::size_t i = 0; i < 3; ++i) {
        ASSERT_TRUE(granted(here[i]));
        EXPECT_FALSE(elsewhere->done());
        let_go(here[i]);
    }
    ASSERT_TRUE(granted(elsewhere));
    EXPECT_FALSE(here[3]->done());
    let_go(elsewhere);
    ASSERT_TRUE(granted(here[3]));
}

TEST_F(LocalQueue, ItsTimeLetsOthersIn) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    const attempt elsewhere = queue_up(two);
    world.advance(10s);
    let_go(first);
    ASSERT_TRUE(granted(elsewhere));
    EXPECT_FALSE(second->done());
    let_go(elsewhere);
    ASSERT_TRUE(granted(second));
}

TEST_F(LocalQueue, CanBeTurnedOff) {
    const attempt first = hold_shared(one, unshared());
    const attempt second = queue_up(one, unshared());
    EXPECT_EQ(nodes(), 2u);
    let_go(first);
    ASSERT_TRUE(granted(second));
}

TEST_F(LocalQueue, OtherPurposesHaveAPlaceOfTheirOwn) {
    mutex_options described = shared();
    described.purpose = "another";
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one, described);
    EXPECT_EQ(nodes(), 2u);
    let_go(first);
    ASSERT_TRUE(granted(second));
}

TEST_F(LocalQueue, LossEndsTheTurnAndTheNextQueuesAnew) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    std::vector<lease_state> told;
    const auto listening = first->result.on_state_change([&](lease_state now) { told.push_back(now); });
    const fencing_token token = first->result.fencing_token();
    ensemble.remove_by_operator("/locks/a/" + ensemble.children("/locks/a").front());
    ASSERT_TRUE(granted(second)) << "it waits for a holder that has lost it";
    EXPECT_EQ(first->result.state(), lease_state::lost);
    EXPECT_EQ(first->result.reason(), loss_reason::node_deleted);
    EXPECT_TRUE(first->result.lost_token().stop_requested());
    EXPECT_EQ(told, (std::vector<lease_state>{lease_state::lost}));
    EXPECT_GT(second->result.fencing_token(), token);
    let_go(first);
    world.advance(20ms);
    EXPECT_EQ(second->result.state(), lease_state::held);
}

TEST_F(LocalQueue, AReleasedTurnIsNotToldOfALaterLoss) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    const std::stop_token of_first = first->result.lost_token();
    const std::stop_token of_second = [&] {
        let_go(first);
        EXPECT_TRUE(granted(second));
        return second->result.lost_token();
    }();
    ensemble.expire_session(one.session_id());
    ASSERT_TRUE(run_until([&] { return of_second.stop_requested(); }));
    EXPECT_FALSE(of_first.stop_requested());
}

TEST_F(LocalQueue, ASuspectPlaceIsNotPassedOn) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    ensemble.stall(true, one.number());
    ASSERT_TRUE(run_until([&] { return first->result.state() == lease_state::suspect; }));
    let_go(first);
    world.advance(10ms);
    EXPECT_FALSE(second->done());
    ensemble.stall(false, one.number());
    ASSERT_TRUE(granted(second));
    EXPECT_EQ(second->result.fencing_token().local(), 0u);
}

TEST_F(LocalQueue, WaitersGiveUpOneByOne) {
    const attempt elsewhere = hold_shared(two);
    const attempt first = queue_up(one);
    const attempt second = queue_up(one);
    EXPECT_EQ(nodes(), 2u);
    first->abort();
    world.advance(20ms);
    EXPECT_TRUE(first->done());
    EXPECT_EQ(nodes(), 2u) << "the second still waits there";
    second->abort();
    ASSERT_TRUE(run_until([&] { return nodes() == 1; }));
    const attempt third = queue_up(one);
    let_go(elsewhere);
    ASSERT_TRUE(granted(third));
}

TEST_F(LocalQueue, DeadlinesAreEachWaitersOwn) {
    const attempt first = hold_shared(one);
    mutex on(one.handle, "/locks/a", shared());
    const attempt second = attempts.emplace_back(std::make_shared<outcome<lease>>());
    on.async_acquire_until(one.process.steady_now() + 100ms, recorded(second, world));
    world.advance(200ms);
    EXPECT_EQ(second->ec, make_error_code(errc::timed_out));
    const attempt third = queue_up(one);
    let_go(first);
    ASSERT_TRUE(granted(third));
}

TEST_F(LocalQueue, ATryBehindOneHereFailsAtOnce) {
    const attempt first = hold_shared(one);
    const auto before = writes(one);
    mutex on(one.handle, "/locks/a", shared());
    const attempt second = attempts.emplace_back(std::make_shared<outcome<lease>>());
    on.async_try_acquire(recorded(second, world));
    ASSERT_TRUE(run_until_done(second));
    EXPECT_EQ(second->ec, make_error_code(errc::timed_out));
    EXPECT_EQ(writes(one), before);
    let_go(first);
    ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
    const attempt third = attempts.emplace_back(std::make_shared<outcome<lease>>());
    on.async_try_acquire(recorded(third, world));
    ASSERT_TRUE(granted(third));
}

TEST_F(LocalQueue, PositionsCountThoseHereAndElsewhere) {
    std::vector<std::size_t> told;
    mutex_options options = shared();
    options.on_position = [&](std::size_t ahead) { told.push_back(ahead); };
    const attempt elsewhere = hold_shared(two);
    const attempt first = queue_up(one, options);
    EXPECT_EQ(told, (std::vector<std::size_t>{1}));
    told.clear();
    const attempt second = queue_up(one, options);
    EXPECT_EQ(told, (std::vector<std::size_t>{2}));
    told.clear();
    let_go(elsewhere);
    ASSERT_TRUE(granted(first));
    world.advance(20ms);
    EXPECT_EQ(told, (std::vector<std::size_t>{0, 1}));
    let_go(first);
    ASSERT_TRUE(granted(second));
}

TEST_F(LocalQueue, ATurnThatIsOverCommitsAndProvesNothing) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    const transaction late = transaction(first->result).create("/effect");
    const auto checked = std::make_shared<outcome<bool>>();
    ensemble.stall(true, one.number());
    first->result.async_check(recorded(checked, world));
    world.settle();
    ensemble.stall(false, one.number());
    let_go(first);
    ASSERT_TRUE(granted(second));
    ASSERT_TRUE(run_until([&] { return checked->done(); }));
    EXPECT_FALSE(checked->result) << "of somebody else's turn";
    const auto committed = std::make_shared<outcome<std::vector<transaction_result>>>();
    one.handle.async_commit(late, 5s, recorded(committed, world));
    ASSERT_TRUE(run_until([&] { return committed->done(); }));
    EXPECT_EQ(committed->ec, make_error_code(errc::lease_lost));
    EXPECT_FALSE(ensemble.node("/effect"));
}

// It may still take effect, so the next one gets a place that the servers grant behind it.
TEST_F(LocalQueue, AWriteOnItsWayEndsThePlace) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    const std::string place = first->result.node();
    const auto committed = std::make_shared<outcome<std::vector<transaction_result>>>();
    one.handle.async_commit(transaction(first->result).create("/effect"), 5s, recorded(committed, world));
    world.settle();
    let_go(first);
    world.settle();
    EXPECT_FALSE(committed->done());
    EXPECT_FALSE(second->done());
    ASSERT_TRUE(granted(second));
    EXPECT_TRUE(ensemble.node("/effect")) << "before the next turn";
    EXPECT_NE(second->result.node(), place);
    EXPECT_FALSE(committed->ec) << committed->ec.message();
    ensemble.remove_by_operator("/effect");
}

// A server may still be working on what it had read from a connection that is gone.
TEST_F(LocalQueue, AWriteWithoutAnAnswerEndsThePlace) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    const std::string place = first->result.node();
    const auto committed = std::make_shared<outcome<std::vector<transaction_result>>>();
    one.handle.async_commit(transaction(first->result).create("/effect"), 5s, recorded(committed, world));
    world.settle();
    ensemble.cut(one.number());
    ASSERT_TRUE(run_until([&] { return committed->done(); }));
    EXPECT_EQ(committed->ec, make_error_code(errc::outcome_unknown));
    ASSERT_TRUE(run_until([&] { return first->result.state() == lease_state::held; }));
    let_go(first);
    ASSERT_TRUE(granted(second));
    EXPECT_NE(second->result.node(), place);
    ensemble.remove_by_operator("/effect");
}

TEST_F(LocalQueue, ATurnThatIsHeldCommits) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    let_go(first);
    ASSERT_TRUE(granted(second));
    const auto committed = std::make_shared<outcome<std::vector<transaction_result>>>();
    one.handle.async_commit(transaction(second->result).create("/effect"), 5s, recorded(committed, world));
    ASSERT_TRUE(run_until([&] { return committed->done(); }));
    EXPECT_FALSE(committed->ec) << committed->ec.message();
    ensemble.remove_by_operator("/effect");
}

TEST_F(LocalQueue, WhatAReleaseComesTo) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    const attempt third = queue_up(one);
    const auto release = [&](const attempt& which) {
        const auto made = std::make_shared<outcome<release_result>>();
        which->result.async_release(recorded(made, world));
        EXPECT_TRUE(run_until([&] { return made->done(); }));
        EXPECT_FALSE(made->ec);
        return made->result;
    };
    EXPECT_EQ(release(first), release_result::confirmed);
    ASSERT_TRUE(granted(second));
    ensemble.remove_by_operator("/locks/a/" + ensemble.children("/locks/a").front());
    ASSERT_TRUE(granted(third));
    EXPECT_EQ(release(second), release_result::already_lost);
    EXPECT_EQ(release(third), release_result::confirmed);
    EXPECT_EQ(nodes(), 0u);
}

TEST_F(LocalQueue, DoubtAndItsEndAreToldToTheTurn) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    let_go(first);
    ASSERT_TRUE(granted(second));
    std::vector<lease_state> told;
    const auto listening = second->result.on_state_change([&](lease_state now) { told.push_back(now); });
    ensemble.cut(one.number());
    ASSERT_TRUE(run_until([&] { return told.size() == 2; }));
    EXPECT_EQ(told, (std::vector<lease_state>{lease_state::suspect, lease_state::held}));
}

TEST_F(LocalQueue, StrictClientsPassNothingOnAfterDoubt) {
    client_options strict = three_seconds();
    strict.on_loss = loss_policy::strict;
    core_client& by = connected_client(strict);
    const attempt first = hold_shared(by);
    const attempt second = queue_up(by);
    ensemble.cut(by.number());
    ASSERT_TRUE(granted(second));
    EXPECT_EQ(first->result.state(), lease_state::lost);
    EXPECT_EQ(second->result.fencing_token().local(), 0u);
}

TEST_F(LocalQueue, AFinalErrorEndsAllWhoWait) {
    ensemble.deny([](request_kind kind, const std::string&) { return kind == request_kind::create; });
    const attempt first = start(one);
    const attempt second = start(one);
    ASSERT_TRUE(run_until_done(first));
    ASSERT_TRUE(run_until_done(second));
    EXPECT_EQ(first->ec, make_error_code(server_errc::no_auth));
    EXPECT_EQ(second->ec, make_error_code(server_errc::no_auth));
    ensemble.deny({});
    ASSERT_TRUE(granted(start(one)));
}

TEST_F(LocalQueue, ATryBesideOneThatCompetesFailsAtOnce) {
    const attempt elsewhere = hold_shared(two);
    const attempt first = queue_up(one);
    mutex on(one.handle, "/locks/a", shared());
    const attempt tried = attempts.emplace_back(std::make_shared<outcome<lease>>());
    on.async_try_acquire(recorded(tried, world));
    ASSERT_TRUE(run_until_done(tried));
    EXPECT_EQ(tried->ec, make_error_code(errc::timed_out));
    EXPECT_EQ(nodes(), 2u);
    let_go(elsewhere);
    ASSERT_TRUE(granted(first));
}

TEST_F(LocalQueue, ATryThatNoServerHearsSaysSo) {
    ensemble.stall(true, one.number());
    const attempt first = queue_up(one);
    mutex on(one.handle, "/locks/a", shared());
    const attempt tried = attempts.emplace_back(std::make_shared<outcome<lease>>());
    on.async_try_acquire(recorded(tried, world));
    ASSERT_TRUE(run_until_done(tried));
    EXPECT_EQ(tried->ec, make_error_code(errc::servers_unreachable));
    ensemble.stall(false, one.number());
    ASSERT_TRUE(granted(first));
}

// The contender's own "0 ahead" comes late, by way of the handlers.
TEST_F(LocalQueue, PositionsOfAnotherRoundAreNotTold) {
    std::vector<std::size_t> told;
    mutex_options options = shared(1);
    options.on_position = [&](std::size_t ahead) { told.push_back(ahead); };
    const attempt first = hold_shared(one, shared(1));
    const attempt second = queue_up(one, shared(1));
    const attempt third = queue_up(one, shared(1));
    const attempt elsewhere = queue_up(two);
    let_go(first);
    ASSERT_TRUE(granted(second));
    let_go(second);  // its budget is used up
    const attempt fourth = start(one, options);
    ASSERT_TRUE(granted(elsewhere));
    world.advance(20ms);
    EXPECT_TRUE(std::ranges::find(told, 0u) == told.end());
    EXPECT_FALSE(told.empty());
    let_go(elsewhere);
    ASSERT_TRUE(granted(third));
    let_go(third);
    ASSERT_TRUE(granted(fourth));
}

TEST_F(LocalQueue, ClosingTheClientEndsAll) {
    const attempt first = hold_shared(one);
    const attempt second = queue_up(one);
    one.close();
    ASSERT_TRUE(run_until_done(second));
    EXPECT_EQ(second->ec, make_error_code(errc::client_closed));
    EXPECT_EQ(first->result.state(), lease_state::lost);
    ASSERT_TRUE(run_until([&] { return first->result.lost_token().stop_requested(); }));
    EXPECT_EQ(first->result.reason(), loss_reason::client_closed);
}

TEST_F(LocalQueue, BadOptionsAreRefused) {
    mutex_options options;
    options.sharing.time = 0ms;
    EXPECT_THROW(mutex(one.handle, "/locks/a", options), argument_error);
    options.sharing.time = std::chrono::milliseconds::max();
    EXPECT_THROW(mutex(one.handle, "/locks/a", options), argument_error);
    options = {};
    options.sharing.linger = -1ms;
    EXPECT_THROW(mutex(one.handle, "/locks/a", options), argument_error);
    options.sharing.linger = 3'600'001ms;
    EXPECT_THROW(mutex(one.handle, "/locks/a", options), argument_error);
}

}  // namespace
}  // namespace paddock::testing
