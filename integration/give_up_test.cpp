#include <algorithm>
#include <iostream>
#include <random>
#include <stop_token>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::steady_clock;

// Deadlines and cancellations at every moment of an acquire: each ends in a lease or in its error, never in both or
// neither, and leaves nothing behind.
class GiveUpTest : public LockOnServersTest {
protected:
    /// The next moment to strike, counted from the beginning of an acquire.
    microseconds aim() {
        return microseconds(
            static_cast<std::int64_t>(window_us_ * (static_cast<double>(random_() % 1000) / 1000)));
    }
    /// Moves the moments to where both outcomes are likely, however fast the machine is just now.
    void learn(bool granted) { window_us_ = std::clamp(window_us_ * (granted ? 0.9 : 1.1), 50.0, 500'000.0); }

    double window_us_ = 5000;
    std::minstd_rand random_{4711};
};

INSTANTIATE_TEST_SUITE_P(Servers, GiveUpTest, ::testing::Values(1, 3));

TEST_P(GiveUpTest, TimeoutRacesWithTheGrant) {
    client holder(options());
    client waiter(options());
    mutex first(holder, path());
    mutex second(waiter, path());
    int granted = 0;
    int late = 0;
    for (int i = 0; i < 400; ++i) {
        lease held = first.acquire();
        pending_lease next;
        const auto release_after = microseconds(1000 + static_cast<int>(random_() % 2000));
        const auto limit = release_after + aim();
        const auto release_at = steady_clock::now() + release_after;
        second.async_acquire_for(limit, next.handler());
        spin_until(release_at);
        held = lease();
        ASSERT_TRUE(next.wait());
        if (next.error()) {
            // On a busy machine even the first answer may come too late.
            ASSERT_TRUE(next.error() == errc::timed_out || next.error() == errc::servers_unreachable)
                << next.error();
            ASSERT_FALSE(next.held());
            ++late;
            learn(false);
        } else {
            learn(true);
            ASSERT_NE(next.held().state(), lease_state::lost);
            ++granted;
        }
    }
    std::cout << granted << " granted, " << late << " late\n";
    EXPECT_GT(granted, 20);
    EXPECT_GT(late, 20);
    EXPECT_TRUE(has_nodes(path(), 0));
}

TEST_P(GiveUpTest, TimeoutsRaceWithTheGrantOfAFreeLock) {
    client zk(options());
    mutex lock(zk, path());
    (void)lock.acquire().release();
    int granted = 0;
    int late = 0;
    for (int i = 0; i < 400; ++i) {
        error_code ec;
        const lease held = lock.try_acquire_for(1us + aim(), ec);
        learn(!ec);
        ASSERT_EQ(static_cast<bool>(held), !ec);
        // Unless the servers had answered, it is their silence that the caller is told.
        ASSERT_TRUE(!ec || ec == errc::timed_out || ec == errc::servers_unreachable) << ec;
        ++(ec ? late : granted);
    }
    std::cout << granted << " granted, " << late << " late\n";
    EXPECT_GT(granted, 20);
    EXPECT_GT(late, 20);
}

TEST_P(GiveUpTest, StopTokenAtAnyMoment) {
    client zk(options());
    client other(options());
    mutex lock(zk, path());
    (void)lock.acquire().release();
    int granted = 0;
    int stopped = 0;
    for (int i = 0; i < 300; ++i) {
        lease in_the_way;
        if (i % 3 == 0) in_the_way = mutex(other, path()).acquire();
        std::stop_source source;
        const auto stop_at = steady_clock::now() + aim();
        std::jthread stopper([&] {
            spin_until(stop_at);
            source.request_stop();
        });
        error_code ec;
        const lease held = lock.acquire(source.get_token(), ec);
        ASSERT_EQ(static_cast<bool>(held), !ec);
        ASSERT_TRUE(!ec || ec == boost::asio::error::operation_aborted) << ec;
        ASSERT_TRUE(ec || !in_the_way);
        ++(ec ? stopped : granted);
        if (!in_the_way) learn(!ec);
    }
    std::cout << granted << " granted, " << stopped << " stopped\n";
    EXPECT_GT(granted, 20);
    EXPECT_GT(stopped, 100);
}

TEST_P(GiveUpTest, CancellationSignalAtAnyMoment) {
    client zk(options());
    client other(options());
    mutex lock(zk, path());
    (void)lock.acquire().release();
    int granted = 0;
    int aborted = 0;
    for (int i = 0; i < 300; ++i) {
        lease in_the_way;
        if (i % 3 == 0) in_the_way = mutex(other, path()).acquire();
        boost::asio::cancellation_signal signal;
        pending_lease attempt;
        lock.async_acquire(boost::asio::bind_cancellation_slot(signal.slot(), attempt.handler()));
        spin_until(steady_clock::now() + aim());
        signal.emit(boost::asio::cancellation_type::total);
        if (in_the_way) {
            ASSERT_TRUE(attempt.wait());
            ASSERT_EQ(attempt.error(), boost::asio::error::operation_aborted);
        }
        ASSERT_TRUE(attempt.wait());
        ASSERT_EQ(attempt.calls(), 1);
        ASSERT_EQ(static_cast<bool>(attempt.held()), !attempt.error());
        ++(attempt.error() ? aborted : granted);
        if (!in_the_way) learn(!attempt.error());
    }
    std::cout << granted << " granted, " << aborted << " aborted\n";
    EXPECT_GT(granted, 20);
    EXPECT_GT(aborted, 100);
}

TEST_P(GiveUpTest, StoppedBeforeItBegins) {
    client zk(options());
    std::stop_source source;
    source.request_stop();
    error_code ec;
    EXPECT_FALSE(mutex(zk, path()).acquire(source.get_token(), ec));
    EXPECT_EQ(ec, boost::asio::error::operation_aborted);
}

TEST_P(GiveUpTest, TryAcquireDoesNotQueue) {
    client holder(options());
    client other(options());
    lease held = mutex(holder, path()).acquire();
    error_code ec;
    EXPECT_FALSE(mutex(other, path()).try_acquire(ec));
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_FALSE(mutex(other, path()).try_acquire());
    EXPECT_TRUE(has_nodes(path(), 1));
    (void)held.release();
    EXPECT_TRUE(mutex(other, path()).try_acquire());
}

// One gives up in the middle of the queue: the one behind goes on to wait for the right one.
TEST_P(GiveUpTest, LeavingTheMiddleOfTheQueueKeepsItsOrder) {
    client zk(options());
    client other(options());
    mutex lock(zk, path(), unshared());
    lease held = mutex(other, path()).acquire();
    boost::asio::cancellation_signal signal;
    pending_lease middle;
    pending_lease last;
    lock.async_acquire(boost::asio::bind_cancellation_slot(signal.slot(), middle.handler()));
    ASSERT_TRUE(has_nodes(path(), 2));
    lock.async_acquire(last.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    signal.emit(boost::asio::cancellation_type::partial);
    ASSERT_TRUE(middle.wait());
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_FALSE(last.done());
    EXPECT_EQ(held.release(), release_result::confirmed);
    EXPECT_TRUE(last.wait());
}

TEST_P(GiveUpTest, UnreachableServersAreToldFromAQueue) {
    client nowhere(options("127.0.0.1:1"));
    mutex lock(nowhere, path());
    error_code ec;
    const auto begin = steady_clock::now();
    EXPECT_FALSE(lock.try_acquire_for(300ms, ec));
    EXPECT_EQ(ec, errc::servers_unreachable);
    EXPECT_GE(steady_clock::now() - begin, 300ms);
    EXPECT_LT(steady_clock::now() - begin, 1300ms);
    EXPECT_FALSE(lock.try_acquire_until(steady_clock::now() - 1s, ec));
    EXPECT_EQ(ec, errc::servers_unreachable);
}

}  // namespace
}  // namespace paddock::testing
