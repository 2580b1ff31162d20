// Threads of one client that share their place in the queue, beside another client, on real servers.
#include <array>
#include <atomic>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/use_future.hpp>

#include <paddock/semaphore.hpp>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class LocalQueueTest : public LockTest, public ::testing::WithParamInterface<std::chrono::milliseconds> {
protected:
    mutex_options sharing() const {
        mutex_options chosen;
        chosen.sharing.linger = GetParam();
        return chosen;
    }
};

INSTANTIATE_TEST_SUITE_P(Linger, LocalQueueTest, ::testing::Values(0ms, 1ms, 100ms),
                         [](const auto& one) { return std::to_string(one.param.count()) + "ms"; });

// Every way in, in every thread; a token is never below the one before it.
TEST_P(LocalQueueTest, TurnsExcludeEachOther) {
    client here(options());
    client elsewhere(options());
    guarded_section section;
    std::atomic<long> of_others = 0;
    std::atomic<long> passed_on = 0;
    const auto end = steady_clock::now() + 2s;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&, i] {
                mutex lock(here, path(), sharing());
                for (int turn = i; steady_clock::now() < end; ++turn) {
                    lease held;
                    switch (turn % 4) {
                        case 0: held = lock.acquire(); break;
                        case 1: held = lock.try_acquire(); break;
                        case 2: held = lock.try_acquire_for(5s); break;
                        default: held = lock.async_acquire(boost::asio::use_future).get(); break;
                    }
                    if (held) section.visit(held.fencing_token());
                    if (held && held.fencing_token().local() > 0) ++passed_on;
                    if (turn % 3 == 0 && held) held.release();
                }
            });
        }
        threads.emplace_back([&] {
            mutex lock(elsewhere, path(), sharing());
            while (steady_clock::now() < end) {
                const lease held = lock.acquire();
                section.visit(held.fencing_token());
                ++of_others;
            }
        });
    }
    std::cout << section.visits() << " turns, " << of_others << " of them elsewhere, " << passed_on
              << " passed on\n";
    EXPECT_EQ(section.collisions(), 0);
    EXPECT_EQ(section.disorder(), 0);
    EXPECT_GT(of_others, 5) << "it is kept out";
    EXPECT_GT(passed_on, 100);
}

TEST_P(LocalQueueTest, ALostPlaceEndsTheTurnAndTheNextQueuesAnew) {
    client zk(options());
    mutex lock(zk, path(), sharing());
    const lease first = lock.acquire();
    std::future<lease> next = lock.async_acquire(boost::asio::use_future);
    ASSERT_TRUE(expire(first.session_id()));
    const lease second = next.get();
    EXPECT_EQ(first.state(), lease_state::lost);
    EXPECT_TRUE(first.lost_token().stop_requested());
    EXPECT_GT(second.fencing_token(), first.fencing_token());
    EXPECT_EQ(second.state(), lease_state::held);
}

// What was written under a turn that is over does not count, though the node is still there.
TEST_P(LocalQueueTest, AFormerHolderCommitsNothing) {
    client zk(options());
    mutex lock(zk, path(), sharing());
    lease first = lock.acquire();
    transaction late(first);
    late.create(path("effect"), "x");
    std::future<lease> next = lock.async_acquire(boost::asio::use_future);
    first = lease();
    const lease second = next.get();
    error_code ec;
    (void)zk.commit(late, 5s, ec);
    EXPECT_EQ(ec, make_error_code(errc::lease_lost));
}

// Who takes and leaves a lingering place asks neither core nor the servers, while others close the client.
TEST_P(LocalQueueTest, TheClientIsClosedBesideThoseWhoTakeTurns) {
    for (int round = 0; round < 20; ++round) {
        client zk(options());
        mutex lock(zk, path(), sharing());
        lock.acquire().release();
        std::atomic<int> refused = 0;
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                error_code ec;
                while (!ec) (void)lock.acquire(ec);
                if (ec == errc::client_closed) ++refused;
            });
        }
        spin_until(steady_clock::now() + round * 100us);
        zk.close();
        threads.clear();
        EXPECT_EQ(refused, 4);
    }
}

// At most three hold, whoever they are, and those who have one client get no more than their turn.
TEST_F(LockTest, PermitsThatAClientPassesOnAreNeverTooMany) {
    client here(options());
    client elsewhere(options());
    std::atomic<int> held = 0;
    std::atomic<int> most = 0;
    std::atomic<long> turns_here = 0;
    std::atomic<long> turns_elsewhere = 0;
    std::atomic<long> passed_on = 0;
    const auto end = steady_clock::now() + 2s;
    const auto work = [&](client& zk, std::atomic<long>& turns) {
        semaphore permits(zk, path(), {.limit = 3});
        while (steady_clock::now() < end) {
            const lease permit = permits.acquire();
            const int now = ++held;
            int before = most;
            while (before < now && !most.compare_exchange_weak(before, now)) {
            }
            ++turns;
            if (permit.fencing_token().local() > 0) ++passed_on;
            --held;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) threads.emplace_back([&] { work(here, turns_here); });
        for (int i = 0; i < 2; ++i) threads.emplace_back([&] { work(elsewhere, turns_elsewhere); });
    }
    std::cout << turns_here << " turns here, " << turns_elsewhere << " elsewhere, " << passed_on
              << " passed on\n";
    EXPECT_TRUE(has_nodes(path(), 0));
    ask([&](raw_client& raw) { return raw.remove(path()); });  // the limit would stay
    EXPECT_LE(most, 3);
    EXPECT_GT(turns_elsewhere, 5) << "they are kept out";
    EXPECT_GT(passed_on, 100);
}

}  // namespace
}  // namespace paddock::testing
