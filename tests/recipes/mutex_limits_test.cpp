// What is refused before or instead of waiting: budgets, the end of the counter, bad arguments, a closed client.
#include <limits>

#include "core/limits.hpp"
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

using MutexLimits = CoreTest;

TEST_F(MutexLimits, SequenceNearItsEndIsRefused) {
    for (const auto how : {sim_tree::overflow::wraps, sim_tree::overflow::sticks}) {
        core_client& one = connected_client();
        hold(one)->result = lease();
        ensemble.when_counters_are_full(how);
        for (const std::int32_t count : {2'147'000'000, std::numeric_limits<std::int32_t>::max()}) {
            ensemble.set_create_count("/locks/a", count);
            const attempt refused = acquire(one);
            ASSERT_TRUE(run_until_done(refused));
            EXPECT_EQ(refused->ec, make_error_code(errc::sequence_exhausted)) << count;
            EXPECT_TRUE(run_until([this] { return nodes() == 0; }, 100ms));
        }
        ensemble.set_create_count("/locks/a", 0);
    }
}

TEST_F(MutexLimits, LastSafeNumberIsGranted) {
    core_client& one = connected_client();
    hold(one)->result = lease();
    ensemble.set_create_count("/locks/a", 2'146'999'999);
    const attempt got = hold(one);
    EXPECT_NE(got->result.node().find("-lock-2146999999"), std::string::npos);
}

// A contender may come to use the path of its node and two watches; the budget of path bytes is the smaller one.
TEST_F(MutexLimits, SessionAtItsBudgetRefusesTheNextAcquire) {
    core_client& one = connected_client();
    const std::string path = "/locks/" + std::string(3'900, 'x');
    const attempt first = hold(one, path);
    const std::size_t each = first->result.node().size();
    const std::size_t fitting =
        std::min(detail::ephemeral_path_bytes_max / each, detail::watch_bytes_max / (2 * (each + 4)));
    std::vector<attempt> waiting;
    while (waiting.size() + 1 < fitting) waiting.push_back(acquire(one, path));
    world.advance(1s);
    EXPECT_EQ(nodes(path), fitting);
    const auto sent = ensemble.requests(request_kind::create);
    const attempt refused = acquire(one, path);
    world.settle();
    ASSERT_TRUE(refused->done());
    EXPECT_EQ(refused->ec, make_error_code(errc::limit_exceeded));
    EXPECT_EQ(ensemble.requests(request_kind::create), sent) << "refused before anything is sent";
    waiting.back()->abort();
    ASSERT_TRUE(run_until([&] { return nodes(path) == fitting - 1; }, 1s));
    world.advance(10ms);
    const attempt fits = acquire(one, path);
    world.advance(10ms);
    EXPECT_FALSE(fits->done()) << "the budget was not given back";
    EXPECT_EQ(nodes(path), fitting);
}

TEST_F(MutexLimits, BudgetSurvivesAReconnect) {
    core_client& one = connected_client();
    const std::string path = "/locks/" + std::string(2'000, 'x');
    const attempt first = hold(one, path);
    std::vector<attempt> waiting;
    for (int i = 0; i < 150; ++i) waiting.push_back(acquire(one, path));
    world.advance(1s);
    const auto session = one.session_id();
    ensemble.cut(one.number());
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::suspended; }));
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::connected; }));
    EXPECT_EQ(one.session_id(), session) << "all watches fitted into one packet";
    world.advance(1s);
    EXPECT_EQ(nodes(path), 151u);
}

TEST_F(MutexLimits, ClosedClientRefuses) {
    core_client& one = connected_client();
    const attempt held = hold(one);
    one.close();
    const attempt late = acquire(one);
    world.settle();
    ASSERT_TRUE(late->done());
    EXPECT_EQ(late->ec, make_error_code(errc::client_closed));
    EXPECT_EQ(held->result.state(), lease_state::lost);
    EXPECT_EQ(held->result.reason(), loss_reason::client_closed);
    ASSERT_TRUE(run_until([&] { return one.closed; }));
    EXPECT_EQ(nodes(), 0u) << "the close ended the session at the servers";
    one.core->entrance()->close();  // as `client::close` does at its end
    const attempt later = acquire(one);
    EXPECT_FALSE(later->done()) << "never inside the initiating function";
    world.settle();
    ASSERT_TRUE(later->done());
    EXPECT_EQ(later->ec, make_error_code(errc::client_closed));
}

TEST_F(MutexLimits, UnreachableServersAreNotATimeoutOfTheQueue) {
    ensemble.power(false);
    core_client& one = add_client();
    const auto begin = world.now();
    const attempt timed = acquire_within(one, 700ms);
    const attempt quick = try_acquire(one);
    ASSERT_TRUE(run_until_done(timed));
    EXPECT_EQ(timed->ec, make_error_code(errc::servers_unreachable));
    EXPECT_EQ(timed->at - begin, 700ms);
    ASSERT_TRUE(run_until_done(quick));
    EXPECT_EQ(quick->ec, make_error_code(errc::servers_unreachable));
    EXPECT_EQ(quick->at - begin, 3s) << "one session timeout";
}

TEST_F(MutexLimits, DeadlineBehindOthersIsATimeout) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt holder = hold(one);
    const auto begin = world.now();
    const attempt timed = acquire_within(two, 700ms);
    ASSERT_TRUE(run_until_done(timed));
    EXPECT_EQ(timed->ec, make_error_code(errc::timed_out));
    EXPECT_EQ(timed->at - begin, 700ms);
    EXPECT_TRUE(run_until([this] { return nodes() == 1; }, 10ms));
}

// The grant comes 4 ms after the release: the delete's way, the event's, and those of the listing.
TEST_F(MutexLimits, TimeoutRacingWithTheGrant) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    int granted = 0;
    for (auto early = -2000us; early <= 2000us; early += 500us) {
        const attempt holder = hold(one);
        const attempt racer = acquire_within(two, 104ms + early);
        world.advance(100ms);
        holder->result = lease();
        ASSERT_TRUE(run_until_done(racer));
        if (early != 0us) {
            EXPECT_EQ(racer->granted(), early > 0us) << early.count() << " us";
        }
        EXPECT_TRUE(racer->granted() || racer->ec == errc::timed_out);
        granted += racer->granted();
        racer->result = lease();
        ASSERT_TRUE(run_until([this] { return quiet(); }, 1s)) << early.count();
    }
    EXPECT_GE(granted, 4);
}

TEST_F(MutexLimits, ArgumentsAreCheckedAtOnce) {
    core_client& one = connected_client();
    for (const char* path : {"", "a", "/", "/a/", "/a//b", "/a/../b", "/a/\x01"}) {
        EXPECT_THROW(mutex(one.handle, path), argument_error) << path;
    }
    mutex_options options;
    options.purpose = std::string(1025, 'p');
    EXPECT_THROW(mutex(one.handle, "/locks/a", options), argument_error);
    mutex on(one.handle, "/locks/a");
    EXPECT_THROW(on.async_acquire_for(0ms, [](error_code, lease) {}), argument_error);
    EXPECT_EQ(ensemble.requests(request_kind::create), 0u);
}

}  // namespace
}  // namespace paddock::testing
