#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "integration/lock_fixture.hpp"
#include "integration/support/process_stats.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Very many waiting acquires of one process.
class CrowdTest : public LockTest {
protected:
    /// With the sessions that users have by default: the reactor is kept very busy.
    client_options usual() const {
        client_options chosen = options();
        chosen.session_timeout = client_options().session_timeout;
        return chosen;
    }
};

std::size_t resident_kilobytes() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word != "VmRSS:") continue;
        std::size_t amount = 0;
        status >> amount;
        return amount;
    }
    return 0;
}

TEST_F(CrowdTest, TenThousandWaitOnOneThread) {
    constexpr std::size_t clients = 5;
    constexpr std::size_t each = 2000;
    client holder(usual());
    lease held = mutex(holder, path()).acquire();
    std::vector<std::unique_ptr<client>> waiting;
    for (std::size_t i = 0; i < clients; ++i) waiting.push_back(std::make_unique<client>(usual()));
    for (auto& one : waiting) ASSERT_TRUE(one->wait_connected(10s));
    const std::size_t threads = thread_count();
    const std::size_t memory = resident_kilobytes();
    std::atomic<std::size_t> granted = 0;
    std::atomic<std::size_t> closed = 0;
    std::atomic<std::size_t> other = 0;

    const auto begin = steady_clock::now();
    for (auto& one : waiting) {
        mutex lock(*one, path(), unshared());
        for (std::size_t i = 0; i < each; ++i) {
            lock.async_acquire([&](error_code ec, lease turn) {
                if (!ec) {
                    ++granted;
                    turn = lease();
                } else {
                    ++(ec == errc::client_closed ? closed : other);
                }
            });
        }
    }
    const auto in_queue = [&] {  // listing them all the time would be most of the load
        return static_cast<std::size_t>(ask([&](raw_client& raw) { return raw.get(path()).stat.children; }));
    };
    ASSERT_TRUE(eventually([&] { return in_queue() == clients * each + 1; }, 300s));
    const auto queued = steady_clock::now() - begin;
    const auto bytes_each = (resident_kilobytes() - memory) * 1024 / (clients * each);
    std::cout << clients * each << " acquires queued in " << queued / 1ms << " ms, " << bytes_each
              << " bytes each resident, " << thread_count() - threads << " threads more\n";
    EXPECT_LT(bytes_each, 64 * 1024) << "each keeps a copy of the queue";
    EXPECT_EQ(threads_named("paddock-reactor"), 1U);
    EXPECT_EQ(thread_count(), threads);
    EXPECT_EQ(granted + closed + other, 0U);
    std::size_t waiters = 0;
    for (auto& one : waiting) {
        const client_stats stats = one->stats();
        waiters += stats.waiters;
        EXPECT_LE(stats.watch_bytes, detail::watch_bytes_max);
        EXPECT_LE(stats.ephemeral_path_bytes, detail::ephemeral_path_bytes_max);
        EXPECT_EQ(stats.sessions, 1U);
    }
    EXPECT_EQ(waiters, clients * each);
    EXPECT_EQ(held.state(), lease_state::held);
    EXPECT_TRUE(held.check());

    // The queue moves on, and some are served.
    (void)held.release();
    EXPECT_TRUE(eventually([&] { return granted >= 20; }, 60s));
    const auto closing = steady_clock::now();
    waiting.clear();
    std::cout << granted << " served, the rest closed in " << (steady_clock::now() - closing) / 1ms
              << " ms\n";
    EXPECT_EQ(granted + closed, clients * each);
    EXPECT_EQ(other, 0U);
    EXPECT_TRUE(eventually([&] { return in_queue() == 0; }, 60s));
}

// A session that owned or watched more than servers take in one packet could never reconnect, or worse (ZOOKEEPER-706,
// ZOOKEEPER-4306): the acquire that would exceed its budget is refused, and nothing else is disturbed.
TEST_F(CrowdTest, ClientAtItsBudgetRefusesTheNext) {
    const std::string directory = path(std::string(1500, 'x'));
    client holder(usual());
    client zk(usual());
    lease held = mutex(holder, directory).acquire();
    mutex lock(zk, directory, unshared());
    const std::size_t each = directory.size() + 1 + 3 + 36 + 1 + 5 + 10;
    const std::size_t most =
        std::min(detail::watch_bytes_max / (2 * (each + 4)), detail::ephemeral_path_bytes_max / each);
    std::vector<pending_lease> waiters(most);
    for (pending_lease& one : waiters) lock.async_acquire(one.handler());
    ASSERT_TRUE(has_nodes(directory, most + 1, 60s));
    error_code ec;
    EXPECT_FALSE(lock.acquire(ec));
    EXPECT_EQ(ec, errc::limit_exceeded);
    EXPECT_THROW((void)lock.try_acquire(), boost::system::system_error);
    EXPECT_EQ(nodes(directory).size(), most + 1);  // nothing was sent
    EXPECT_LE(zk.stats().watch_bytes, detail::watch_bytes_max);

    // Room is made by whoever leaves, and only by them.
    (void)held.release();
    ASSERT_TRUE(waiters.front().wait());
    EXPECT_FALSE(lock.try_acquire(ec));
    EXPECT_EQ(ec, errc::limit_exceeded);
    EXPECT_EQ(waiters.front().held().release(), release_result::confirmed);
    EXPECT_FALSE(lock.try_acquire(ec));
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_EQ(zk.stats().sessions, 1U);
}

}  // namespace
}  // namespace paddock::testing
