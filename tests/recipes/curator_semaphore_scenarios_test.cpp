// Curator's semaphore in the scenarios of its own tests, by their names, as far as curator_semaphore_test.cpp does not show
// them.
#include <algorithm>
#include <random>

#include <paddock/curator_semaphore.hpp>

#include "tests/recipes/semaphore_fixture.hpp"

namespace paddock::testing {
namespace {

curator_semaphore permit_of(core_client& by, std::uint32_t limit) {
    return curator_semaphore(by.handle, "/locks/a", {.limit = limit});
}

class CuratorSemaphoreScenarios : public SemaphoreTest {
protected:
    std::vector<core_client*> connected(std::size_t count) {
        std::vector<core_client*> by;
        for (std::size_t i = 0; i < count; ++i) by.push_back(&connected_client());
        return by;
    }
    static std::size_t holding(const std::vector<attempt>& all) {
        return static_cast<std::size_t>(std::ranges::count_if(
            all, [](const attempt& one) { return one->result && one->result.state() == lease_state::held; }));
    }
};

TEST_F(CuratorSemaphoreScenarios, testMaxPerSession) {
    std::mt19937_64 random(3);
    const auto by = connected(4);
    std::size_t used = 0;
    std::size_t most = 0;
    int served = 0;
    for (int i = 0; i < 60; ++i) {
        permit_of(*by[random() % by.size()], 5).async_acquire([&](error_code ec, lease got) {
            EXPECT_FALSE(ec);
            most = std::max(most, ++used);
            const auto until = world.now() + std::chrono::milliseconds(20 + random() % 40);
            auto kept = std::make_shared<std::pair<lease, detail::scheduled_call>>();
            kept->first = std::move(got);
            kept->second = world.call_at(until, [&, kept] {
                --used;
                ++served;
                kept->first = lease();
            });
        });
    }
    EXPECT_TRUE(run_until([&] { return served == 60; }, 60s)) << served;
    EXPECT_EQ(most, 5u) << "all of them, and no more";
}

TEST_F(CuratorSemaphoreScenarios, testThreads) {
    const auto by = connected(3);
    std::vector<attempt> all;
    for (std::size_t i = 0; i < 30; ++i) all.push_back(take(permit_of(*by[i % 3], 3)));
    const auto drain = [&] {
        EXPECT_LE(holding(all), 3u);
        for (const attempt& one : all) let_go(one);
        return std::ranges::all_of(all, [](const attempt& one) { return one->done(); });
    };
    EXPECT_TRUE(run_until(drain, 30s));
}

// InterProcessSemaphoreCluster.
TEST_F(CuratorSemaphoreScenarios, testKilledServerWithEnsembleProvider) {
    const auto by = connected(2);
    const attempt a = hold_permits(permit_of(*by[0], 1));
    const attempt b = queue_up(permit_of(*by[1], 1));
    ensemble.power(false);
    ASSERT_TRUE(run_until([&] { return a->result.state() == lease_state::lost; }));
    EXPECT_FALSE(b->done()) << "nobody holds while no server runs";
    ensemble.power(true);
    ASSERT_TRUE(run_until_done(b, 30s));
    EXPECT_TRUE(b->granted());
}

TEST(CuratorSemaphoreOnThreeServers, testCluster) {
    semaphore_rig rig(1, on_three_servers());
    const attempt first = rig.hold_permits(permit_of(rig.connected_client(), 1));
    std::vector<attempt> all;
    for (int i = 0; i < 10; ++i) all.push_back(rig.take(permit_of(rig.connected_client(), 1)));
    rig.serve_over_an_outage(first, all);
    rig.expect_clean();
}

}  // namespace
}  // namespace paddock::testing
