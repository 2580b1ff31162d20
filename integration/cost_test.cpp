#include <sys/resource.h>

#include <iostream>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// What an uncontended lock costs, and what a client costs that does nothing.
class CostTest : public LockTest {
protected:
    fault_proxy proxy_{servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1"};
};

std::chrono::microseconds processor_time() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto of = [](const timeval& time) {
        return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

TEST_F(CostTest, UncontendedAcquireWaitsForTheNetworkOnce) {
    client zk(options(proxy_.address()));
    mutex lock(zk, path());
    (void)lock.acquire().release();  // the directory is there
    constexpr auto lag = 100ms;
    proxy_.set_lag(lag);
    proxy_.clear_trace();
    const auto begin = steady_clock::now();
    const lease held = lock.acquire();
    const auto lasted = steady_clock::now() - begin;
    const auto trace = proxy_.trace();
    EXPECT_EQ(network_waits(trace), 1U);
    std::vector<opcode> before_any_reply;
    for (const trace_entry& one : trace) {
        if (one.frame.towards == direction::to_client) break;
        before_any_reply.push_back(one.frame.op);
    }
    ASSERT_GE(before_any_reply.size(), 2U);
    EXPECT_EQ(before_any_reply[0], opcode::create2);
    EXPECT_EQ(before_any_reply[1], opcode::get_children2);
    EXPECT_GE(lasted, 2 * lag);  // there and back
    EXPECT_LT(lasted, 3 * lag);
    std::cout << "acquire with " << 2 * lag / 1ms << " ms there and back: " << lasted / 1ms << " ms\n";
    proxy_.set_lag(0ms);
}

TEST_F(CostTest, UncontendedCycleWaitsForTheNetworkOnce) {
    client zk(options(proxy_.address()));
    mutex lock(zk, path());
    (void)lock.acquire().release();
    constexpr auto lag = 100ms;
    constexpr int cycles = 10;
    proxy_.set_lag(lag);
    const auto begin = steady_clock::now();
    for (int i = 0; i < cycles; ++i) {
        const lease held = lock.acquire();  // given back in the background
    }
    const auto lasted = steady_clock::now() - begin;
    std::cout << cycles << " cycles with " << 2 * lag / 1ms << " ms there and back: " << lasted / 1ms
              << " ms\n";
    EXPECT_LT(lasted, cycles * 2 * lag * 3 / 2);
    proxy_.set_lag(0ms);
    EXPECT_TRUE(has_nodes(path(), 0));
}

TEST_F(CostTest, RequestsOfACycleAreFew) {
    client zk(options());
    mutex lock(zk, path());
    (void)lock.acquire().release();
    const client_stats before = zk.stats();
    constexpr std::uint64_t cycles = 100;
    for (std::uint64_t i = 0; i < cycles; ++i) (void)lock.acquire().release();
    const client_stats after = zk.stats();
    // create2, getChildren, delete, and a getData with watch where one was held for 2 ms; heartbeats and nudges come on
    // top, and are few.
    const auto extra = (after.heartbeats - before.heartbeats) + (after.nudges - before.nudges);
    EXPECT_GE(after.requests_sent - before.requests_sent - extra, 3 * cycles);
    EXPECT_LE(after.requests_sent - before.requests_sent - extra, 4 * cycles);
    EXPECT_EQ(after.watches, 0U);
    EXPECT_EQ(after.watch_bytes, 0U);
    EXPECT_EQ(after.ephemeral_path_bytes, 0U);
    EXPECT_EQ(after.leases, 0U);
}

TEST_F(CostTest, IdleClientCostsNoProcessorTime) {
    client_options chosen = options();
    chosen.session_timeout = 2s;
    client idle(chosen);
    client holder(chosen);
    ASSERT_TRUE(idle.wait_connected(10s));
    const lease held = mutex(holder, path()).acquire();
    const client_stats idle_before = idle.stats();
    const client_stats holder_before = holder.stats();
    const auto begin = steady_clock::now();
    const auto used_before = processor_time();
    // Waits without a wake-up of its own: the handler never fires.
    pending_lease never;
    mutex(idle, path()).async_acquire_for(5s, never.handler());
    {
        error_code ec;
        EXPECT_FALSE(mutex(holder, path()).try_acquire_for(5s, ec));
        EXPECT_EQ(ec, errc::timed_out);
    }
    const auto used = processor_time() - used_before;
    const auto lasted = steady_clock::now() - begin;
    std::cout << "two clients, one waiting and one holding: " << used / 1ms << " ms of " << lasted / 1ms
              << " ms\n";
    EXPECT_LT(used, lasted / 50);
    const client_stats idle_after = idle.stats();
    const client_stats holder_after = holder.stats();
    const auto sent = [](const client_stats& from, const client_stats& to) {
        return to.requests_sent - from.requests_sent - (to.heartbeats - from.heartbeats) -
               (to.nudges - from.nudges);
    };
    EXPECT_LE(sent(idle_before, idle_after), 6U);      // create2, getChildren, two getData, delete
    EXPECT_LE(sent(holder_before, holder_after), 6U);  // the same
    // One heartbeat in a quarter of the session timeout.
    EXPECT_LE(idle_after.heartbeats - idle_before.heartbeats, 12U);
    EXPECT_LE(holder_after.heartbeats - holder_before.heartbeats, 12U);
    EXPECT_GE(holder_after.heartbeats - holder_before.heartbeats, 8U);
    EXPECT_LE(idle_after.nudges - idle_before.nudges, 2U);
}

}  // namespace
}  // namespace paddock::testing
