// The semaphore in the scenarios of Curator's tests, by their names.
#include <algorithm>
#include <random>

#include "tests/recipes/semaphore_fixture.hpp"

namespace paddock::testing {
namespace {

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

// InterProcessSemaphoreCluster.
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
    rig.serve_over_an_outage(first, all);
    rig.expect_clean();
}

}  // namespace
}  // namespace paddock::testing
