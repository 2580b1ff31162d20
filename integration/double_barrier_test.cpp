#include <future>
#include <thread>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class DoubleBarrierOnServers : public LockOnServersTest {
protected:
    // The directory keeps its record until servers reap it, once a minute.
    void TearDown() override {
        EXPECT_TRUE(has_nodes(path("party"), 0, 30s));
        ask([&](raw_client& raw) { return raw.remove(path("party")); });
        LockOnServersTest::TearDown();
    }
};

INSTANTIATE_TEST_SUITE_P(Servers, DoubleBarrierOnServers, ::testing::Values(1, 3));

TEST_P(DoubleBarrierOnServers, RoundsOfManyProgramsKeepStep) {
    constexpr std::size_t members = 5;
    constexpr int rounds = 4;
    std::atomic<int> arrived[rounds] = {};
    std::atomic<int> left[rounds] = {};
    std::atomic<int> early = 0;
    std::vector<std::thread> programs;
    for (std::size_t i = 0; i < members; ++i) {
        programs.emplace_back([&] {
            client zk(options());
            double_barrier barrier(zk, path("party"), members);
            for (int round = 0; round < rounds; ++round) {
                arrived[round]++;
                lease in = barrier.enter();
                early += arrived[round] == static_cast<int>(members) ? 0 : 1;
                left[round]++;
                barrier.leave(std::move(in));
                early += left[round] == static_cast<int>(members) ? 0 : 1;
            }
        });
    }
    for (std::thread& one : programs) one.join();
    EXPECT_EQ(early, 0);
    EXPECT_TRUE(has_nodes(path("party"), 0));
}

TEST_P(DoubleBarrierOnServers, DeathInsideIsBrokenForAll) {
    client one(options());
    client two(options());
    double_barrier mine(one, path("party"), 2);
    auto other =
        std::async(std::launch::async, [&] { return double_barrier(two, path("party"), 2).enter(); });
    lease in = mine.enter();
    lease dead = other.get();
    EXPECT_EQ(in.fencing_token(), dead.fencing_token());
    auto leaving = std::async(std::launch::async, [&] {
        error_code ec;
        mine.leave(std::move(in), ec);
        return ec;
    });
    ASSERT_TRUE(expire(dead.session_id()));
    ASSERT_EQ(leaving.wait_for(20s), std::future_status::ready);
    EXPECT_EQ(leaving.get(), errc::broken_barrier);
    EXPECT_FALSE(mine.enter_for(200ms)) << "alone";
}

// Hazard F10, GH-1290: broken connections let nobody pass alone.
TEST_P(DoubleBarrierOnServers, BrokenConnectionsLetNobodyPass) {
    fault_proxy proxy(servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1");
    client cut(options(proxy.address()));
    client other(options());
    pending_lease alone;
    double_barrier(cut, path("party"), 2).async_enter(alone.handler());
    ASSERT_TRUE(has_nodes(path("party"), 1));
    for (int i = 0; i < 5; ++i) {
        proxy.cut_all();
        ASSERT_TRUE(eventually([&] { return cut.state() == session_state::connected; }));
        EXPECT_FALSE(alone.done());
    }
    double_barrier second(other, path("party"), 2);
    lease in = second.enter();
    ASSERT_TRUE(alone.wait());
    ASSERT_EQ(alone.error(), error_code());
    std::promise<error_code> left;
    double_barrier(cut, path("party"), 2).async_leave(std::move(alone.held()), [&](error_code ec) {
        left.set_value(ec);
    });
    proxy.cut_all();
    second.leave(std::move(in));
    EXPECT_EQ(left.get_future().get(), error_code());
}

}  // namespace
}  // namespace paddock::testing
