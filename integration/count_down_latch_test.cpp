#include <future>
#include <thread>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class LatchOnServers : public LockOnServersTest {
protected:
    void TearDown() override {
        (void)ask([&](raw_client& raw) { return raw.remove(path("latch")); });
        LockOnServersTest::TearDown();
    }
};

INSTANTIATE_TEST_SUITE_P(Servers, LatchOnServers, ::testing::Values(1, 3));

TEST_P(LatchOnServers, CountsOfManyProgramsAddUp) {
    constexpr int clients = 3, each = 8;
    client judge(options());
    count_down_latch all(judge, path("latch"), clients * each);
    auto waiting = std::async(std::launch::async, [&] { all.wait(); });
    std::vector<std::thread> programs;
    std::atomic<int> counted = 0;
    for (int i = 0; i < clients; ++i) {
        programs.emplace_back([&] {
            client zk(options());
            count_down_latch mine(zk, path("latch"), clients * each);
            for (int n = 0; n < each; ++n) counted += mine.count_down() ? 1 : 0;
        });
    }
    for (std::thread& one : programs) one.join();
    EXPECT_EQ(counted, clients * each);
    ASSERT_EQ(waiting.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(all.count(), 0);
    EXPECT_FALSE(all.count_down());
    EXPECT_TRUE(all.try_reset(2));
    EXPECT_FALSE(all.try_reset(2));
    EXPECT_EQ(all.count(), 2);
    count_down_latch other(judge, path("latch"), 5);
    error_code ec;
    EXPECT_FALSE(other.count_down(ec));
    EXPECT_EQ(ec, errc::conflict);
}

// The connection breaks all the time, behind the servers' backs: each count is made once.
TEST_P(LatchOnServers, BrokenConnectionsCountOnce) {
    constexpr int counts = 40;
    fault_proxy proxy(servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1");
    client zk(options(proxy.address()));
    count_down_latch latch(zk, path("latch"), 1000);
    ASSERT_EQ(latch.count(), 1000);
    std::atomic<bool> done = false;
    std::thread trouble([&] {
        while (!done) {
            pace(std::chrono::milliseconds(15));
            proxy.cut_all();
        }
    });
    for (int i = 0; i < counts; ++i) EXPECT_TRUE(latch.count_down());
    done = true;
    trouble.join();
    EXPECT_EQ(latch.count(), 1000 - counts);
}

TEST_P(LatchOnServers, OutlivesTheSession) {
    client one(options());
    client two(options());
    count_down_latch latch(one, path("latch"), 1);
    std::promise<error_code> waited;
    latch.async_wait([&](error_code ec) { waited.set_value(ec); });
    ASSERT_TRUE(eventually([&] { return one.stats().watches == 1; }));
    ASSERT_TRUE(expire(one.session_id()));
    EXPECT_TRUE(count_down_latch(two, path("latch"), 1).count_down());
    auto answer = waited.get_future();
    ASSERT_EQ(answer.wait_for(20s), std::future_status::ready);
    EXPECT_EQ(answer.get(), error_code());
}

}  // namespace
}  // namespace paddock::testing
