// The mutex when nothing goes wrong: what it costs, who gets it, in which order.
#include <algorithm>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

using MutexBasics = CoreTest;

std::uint64_t writes_and_reads(const sim_ensemble& ensemble, handle_number who) {
    std::uint64_t sum = 0;
    for (const auto kind : {request_kind::create, request_kind::get, request_kind::exists,
                            request_kind::children, request_kind::set, request_kind::remove,
                            request_kind::multi, request_kind::sync, request_kind::remove_watch})
        sum += ensemble.requests(kind, who);
    return sum;
}

TEST_F(MutexBasics, UncontendedAcquireIsOneNetworkWait) {
    core_client& one = connected_client();
    hold(one)->result = lease();  // the directory exists from here on
    ensemble.create_by_operator("/locks/a/stays", "");
    ASSERT_TRUE(run_until([&] { return quiet(); }));

    const auto begin = world.now();
    const auto creates = ensemble.requests(request_kind::create);
    const auto lists = ensemble.requests(request_kind::children);
    const attempt got = hold(one);
    EXPECT_EQ(got->at - begin, 2ms) << "one way there, one back";
    EXPECT_EQ(ensemble.network_waits(one.number(), begin), 1u);
    EXPECT_EQ(ensemble.requests(request_kind::create), creates + 1);
    EXPECT_EQ(ensemble.requests(request_kind::children), lists + 1);
    ensemble.remove_by_operator("/locks/a/stays");
}

// Only what is held for a while is watched, and then a deletion before that is noticed too.
TEST_F(MutexBasics, AShortHoldIsNotWatched) {
    core_client& one = connected_client();
    hold(one)->result = lease();
    const auto gets = ensemble.requests(request_kind::get);
    const attempt brief = acquire(one);
    ASSERT_TRUE(run_until_done(brief));
    brief->result = lease();
    world.advance(20ms);
    EXPECT_EQ(ensemble.requests(request_kind::get), gets);
    EXPECT_EQ(ensemble.watch_events(one.number()), 0u);

    const attempt robbed = acquire(one);
    ASSERT_TRUE(run_until_done(robbed));
    ensemble.remove_by_operator(robbed->result.node());
    world.advance(10ms);
    EXPECT_EQ(ensemble.requests(request_kind::get), gets + 1);
    EXPECT_EQ(robbed->result.reason(), loss_reason::node_deleted);
}

TEST_F(MutexBasics, FirstAcquireMakesTheParents) {
    core_client& one = connected_client();
    const attempt got = hold(one, "/deep/er/lock");
    EXPECT_EQ(ensemble.paths().size(), 4u);
    EXPECT_EQ(ensemble.network_waits(one.number()), 3u) << "no node, all parents at once, again";
}

TEST_F(MutexBasics, LeaseTellsWhatItIs) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    const auto names = ensemble.children("/locks/a");
    ASSERT_EQ(names.size(), 1u);
    EXPECT_EQ(got->result.node(), "/locks/a/" + names.front());
    EXPECT_EQ(names.front().substr(0, 3), "_c_");
    EXPECT_NE(names.front().find("-lock-0000000000"), std::string::npos);
    EXPECT_EQ(got->result.fencing_token().value(), ensemble.node(got->result.node())->czxid);
    EXPECT_EQ(got->result.session_id(), one.session_id());
    EXPECT_EQ(got->result.state(), lease_state::held);
    EXPECT_EQ(got->result.reason(), loss_reason::none);
    EXPECT_FALSE(got->result.lost_token().stop_requested());
    EXPECT_EQ(one.stats().leases, 1u);
}

TEST_F(MutexBasics, ReleaseIsOneDelete) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    world.advance(5ms);  // the watch on the own node has been answered
    const auto before = writes_and_reads(ensemble, one.number());
    const auto removed = ensemble.requests(request_kind::remove);
    got->result = lease();
    ASSERT_TRUE(run_until([&] { return quiet(); }));
    EXPECT_EQ(ensemble.requests(request_kind::remove), removed + 1);
    EXPECT_EQ(writes_and_reads(ensemble, one.number()), before + 1);
    EXPECT_EQ(nodes(), 0u);
}

TEST_F(MutexBasics, SeveralClientsFollowTheOrderOfTheirNodes) {
    std::vector<core_client*> by;
    for (int i = 0; i < 3; ++i) by.push_back(&connected_client());
    const attempt first = hold(*by[0]);
    std::vector<attempt> waiting;
    for (std::size_t i = 0; i < 6; ++i) {
        waiting.push_back(acquire(*by[i % 3]));
        world.advance(5ms);
    }
    fencing_token last = first->result.fencing_token();
    first->result = lease();
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        ASSERT_TRUE(run_until_done(waiting[i]));
        for (std::size_t j = i + 1; j < waiting.size(); ++j) EXPECT_FALSE(waiting[j]->done());
        EXPECT_GT(waiting[i]->result.fencing_token(), last);
        last = waiting[i]->result.fencing_token();
        waiting[i]->result = lease();
    }
}

TEST_F(MutexBasics, HandOverWakesOnlyTheSuccessor) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    core_client& three = connected_client();
    const attempt holder = hold(one);
    const attempt next = acquire(two);
    world.advance(20ms);
    const attempt last = acquire(three);
    world.advance(20ms);
    const auto before = writes_and_reads(ensemble, three.number());
    holder->result = lease();
    ASSERT_TRUE(run_until_done(next));
    world.advance(20ms);
    EXPECT_FALSE(last->done());
    EXPECT_EQ(writes_and_reads(ensemble, three.number()), before) << "the third in the queue was woken";
}

TEST_F(MutexBasics, WaiterWatchesItsPredecessorAndItself) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold(one);
    const attempt next = acquire(two);
    world.advance(20ms);
    EXPECT_EQ(two.stats().watches, 2u);
    EXPECT_EQ(ensemble.watches(two.number()), 2u);
    EXPECT_EQ(two.stats().waiters, 1u);
    EXPECT_EQ(two.stats().leases, 0u);
}

TEST_F(MutexBasics, PositionIsReportedWhenItChanges) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold(one);
    const attempt middle = acquire(one);
    world.advance(20ms);
    std::vector<std::size_t> told;
    mutex_options options = unshared();
    options.on_position = [&](std::size_t ahead) { told.push_back(ahead); };
    const attempt last = acquire(two, "/locks/a", options);
    world.advance(20ms);
    EXPECT_EQ(told, (std::vector<std::size_t>{2}));
    middle->abort();
    world.advance(20ms);
    EXPECT_EQ(told, (std::vector<std::size_t>{2, 1}));
    holder->result = lease();
    ASSERT_TRUE(run_until_done(last));
    EXPECT_EQ(told, (std::vector<std::size_t>{2, 1, 0}));
}

TEST_F(MutexBasics, TryAcquireNeverQueues) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold(one);
    const auto begin = world.now();
    const attempt quick = try_acquire(two);
    ASSERT_TRUE(run_until_done(quick));
    EXPECT_EQ(quick->ec, make_error_code(errc::timed_out));
    EXPECT_EQ(quick->at - begin, 2ms);
    EXPECT_EQ(ensemble.requests(request_kind::get, two.number()), 0u);
    ASSERT_TRUE(run_until([&] { return nodes() == 1; }));
    holder->result = lease();
    world.advance(10ms);
    const attempt again = try_acquire(two);
    ASSERT_TRUE(run_until_done(again));
    EXPECT_TRUE(again->granted());
}

TEST_F(MutexBasics, DifferentPathsDoNotMeet) {
    core_client& one = connected_client();
    const attempt a = hold(one, "/locks/a");
    const attempt b = hold(one, "/locks/b");
    EXPECT_EQ(one.stats().leases, 2u);
}

}  // namespace
}  // namespace paddock::testing
