#include <future>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// The standard's guards over a mutex, and the re-entrant mutex.
class AdaptersTest : public LockTest {
protected:
    /// What a call that must fail throws.
    template <class Call>
    static error_code error_of(Call call) {
        try {
            call();
        } catch (const boost::system::system_error& failed) {
            return failed.code();
        }
        return {};
    }
};

TEST_F(AdaptersTest, UniqueLock) {
    client zk(options());
    lockable_mutex lock(zk, path());
    lockable_mutex other(zk, path());
    {
        std::unique_lock guard(lock);
        EXPECT_TRUE(lock.held());
        EXPECT_EQ(lock.held().state(), lease_state::held);
        EXPECT_FALSE(other.try_lock());
        const std::unique_lock late(other, 100ms);
        EXPECT_FALSE(late.owns_lock());
        EXPECT_EQ(error_of([&] { lock.lock(); }), errc::would_deadlock);
        EXPECT_EQ(error_of([&] { (void)lock.try_lock(); }), errc::would_deadlock);
        guard.unlock();
        EXPECT_FALSE(lock.held());
        EXPECT_TRUE(other.try_lock_until(std::chrono::system_clock::now() + 5s));
        other.unlock();
        guard.lock();
    }
    EXPECT_TRUE(has_nodes(path(), 0));
    const std::unique_lock tried(other, std::try_to_lock);
    EXPECT_TRUE(tried.owns_lock());
}

TEST_F(AdaptersTest, SharedLock) {
    client zk(options());
    lockable_read_write one(zk, path());
    lockable_read_write two(zk, path());
    {
        std::shared_lock reads(one);
        const std::shared_lock beside(two, 5s);
        EXPECT_TRUE(beside.owns_lock());
        EXPECT_EQ(one.held().state(), lease_state::held);
        EXPECT_EQ(error_of([&] { one.lock(); }), errc::would_deadlock) << "an upgrade";
        EXPECT_EQ(error_of([&] { (void)one.try_lock(); }), errc::would_deadlock);
        EXPECT_EQ(error_of([&] { (void)one.try_lock_for(5s); }), errc::would_deadlock);
        EXPECT_EQ(error_of([&] { one.lock_shared(); }), errc::would_deadlock);
        lockable_read_write three(zk, path());
        EXPECT_FALSE(three.try_lock());
        EXPECT_FALSE(three.try_lock_until(std::chrono::system_clock::now() + 50ms));
        reads.unlock();
        EXPECT_FALSE(one.held());
    }
    ASSERT_TRUE(has_nodes(path(), 0));
    std::unique_lock writes(one);
    EXPECT_EQ(error_of([&] { one.lock_shared(); }), errc::would_deadlock);
    EXPECT_FALSE(two.try_lock_shared());
    EXPECT_FALSE(two.try_lock_shared_for(50ms));
    const fencing_token token = one.held().fencing_token();
    one.downgrade();
    EXPECT_EQ(one.held().fencing_token(), token);
    EXPECT_TRUE(two.try_lock_shared_until(std::chrono::steady_clock::now() + 5s));
    two.unlock_shared();
    EXPECT_EQ(error_of([&] { two.downgrade(); }), errc::empty_lease);
    writes.release();
    one.unlock_shared();
    EXPECT_TRUE(has_nodes(path(), 0));
}

TEST_F(AdaptersTest, SharedLocksExcludeWriters) {
    client zk(options());
    std::atomic<int> readers = 0;
    std::atomic<int> writers = 0;
    std::atomic<int> collisions = 0;
    int written = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&, i] {
                lockable_read_write lock(zk, path());
                for (int turn = 0; turn < 10; ++turn) {
                    if ((turn + i) % 2 == 0) {
                        const std::unique_lock guard(lock);
                        if (++writers != 1 || readers != 0) ++collisions;
                        ++written;
                        --writers;
                    } else {
                        const std::shared_lock guard(lock);
                        ++readers;
                        if (writers != 0) ++collisions;
                        --readers;
                    }
                }
            });
        }
    }
    EXPECT_EQ(written, 20);
    EXPECT_EQ(collisions, 0);
}

TEST_F(AdaptersTest, ScopedLocksInOppositeOrdersDoNotDeadlock) {
    client zk(options());
    int together = 0;
    std::atomic<int> inside = 0;
    std::atomic<int> collisions = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back([&, i] {
                lockable_mutex a(zk, path(i == 0 ? "a" : "b"));
                lockable_mutex b(zk, path(i == 0 ? "b" : "a"));
                for (int turn = 0; turn < 10; ++turn) {
                    const std::scoped_lock both(a, b);
                    if (++inside != 1) ++collisions;
                    ++together;
                    --inside;
                }
            });
        }
    }
    EXPECT_EQ(together, 20);
    EXPECT_EQ(collisions, 0);
}

TEST_F(AdaptersTest, ReentrantMutexCountsPerThread) {
    client zk(options());
    reentrant_mutex lock(zk, path(), unshared());
    lock.lock();
    lock.lock();
    EXPECT_TRUE(lock.try_lock());
    EXPECT_TRUE(lock.try_lock_for(1s));
    EXPECT_EQ(lock.hold_count(), 4U);
    EXPECT_EQ(nodes(path()).size(), 1U);
    const auto token = lock.token();
    EXPECT_EQ(lock.state(), lease_state::held);
    std::promise<void> entered;
    std::jthread other([&] {
        EXPECT_EQ(lock.hold_count(), 0U);
        EXPECT_FALSE(lock.try_lock());
        EXPECT_FALSE(lock.try_lock_for(50ms));
        EXPECT_EQ(error_of([&] { lock.unlock(); }), errc::not_owner);
        EXPECT_EQ(error_of([&] { (void)lock.token(); }), errc::not_owner);
        entered.set_value();
        lock.lock();  // waits for the first thread's last unlock
        EXPECT_GT(lock.token(), token);
        lock.unlock();
    });
    entered.get_future().get();
    ASSERT_TRUE(has_nodes(path(), 2));
    for (std::size_t left = 4; left > 0; --left) {
        EXPECT_EQ(lock.hold_count(), left);
        EXPECT_EQ(lock.token(), token);
        lock.unlock();
    }
    other.join();
    EXPECT_EQ(error_of([&] { lock.unlock(); }), errc::not_owner);  // once too often
    EXPECT_TRUE(has_nodes(path(), 0));
}

TEST_F(AdaptersTest, ReentrantMutexExcludesThreads) {
    client zk(options());
    reentrant_mutex lock(zk, path());
    guarded_section section;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int turn = 0; turn < 15; ++turn) {
                    const std::lock_guard outer(lock);
                    const std::lock_guard inner(lock);
                    section.visit(lock.token());
                }
            });
        }
    }
    EXPECT_EQ(section.visits(), 60);
    EXPECT_EQ(section.collisions(), 0);
    EXPECT_EQ(section.disorder(), 0);
}

TEST_F(AdaptersTest, ReentryAfterALossFailsLoudly) {
    client zk(options());
    reentrant_mutex lock(zk, path());
    lock.lock();
    lock.lock();
    const std::stop_token lost = lock.lost_token();
    ASSERT_TRUE(expire(zk.session_id()));
    ASSERT_TRUE(eventually([&] { return lost.stop_requested(); }));
    EXPECT_EQ(lock.state(), lease_state::lost);
    EXPECT_EQ(error_of([&] { lock.lock(); }), errc::lease_lost);
    EXPECT_EQ(error_of([&] { (void)lock.try_lock(); }), errc::lease_lost);
    EXPECT_EQ(lock.hold_count(), 2U);
    lock.unlock();
    EXPECT_EQ(error_of([&] { lock.lock(); }), errc::lease_lost);
    lock.unlock();
    lock.lock();  // anew, once all has been unwound
    EXPECT_EQ(lock.state(), lease_state::held);
    lock.unlock();
}

TEST_F(AdaptersTest, OwnersStandForWhatThreadsCannot) {
    client zk(options());
    reentrant_mutex lock(zk, path(), unshared());
    const mutex_owner one;
    const mutex_owner two;
    EXPECT_NE(one, two);
    EXPECT_NE(one, mutex_owner::this_thread());
    EXPECT_EQ(mutex_owner::this_thread(), mutex_owner::this_thread());
    std::promise<error_code> first;
    lock.async_lock(one, [&](error_code ec) { first.set_value(ec); });
    EXPECT_EQ(first.get_future().get(), error_code());
    std::promise<error_code> again;
    lock.async_lock(one, [&](error_code ec) { again.set_value(ec); });
    EXPECT_EQ(again.get_future().get(), error_code());
    EXPECT_EQ(lock.hold_count(one), 2U);
    boost::asio::cancellation_signal signal;
    std::promise<error_code> cancelled;
    lock.async_lock(two, boost::asio::bind_cancellation_slot(
                             signal.slot(), [&](error_code ec) { cancelled.set_value(ec); }));
    ASSERT_TRUE(has_nodes(path(), 2));
    signal.emit(boost::asio::cancellation_type::terminal);
    EXPECT_EQ(cancelled.get_future().get(), boost::asio::error::operation_aborted);
    lock.unlock(one);
    lock.unlock(one);
    error_code ec;
    lock.unlock(one, ec);
    EXPECT_EQ(ec, errc::not_owner);
    lock.lock(two, ec);
    EXPECT_EQ(ec, error_code());
}  // the object's end gives back what `two` holds

}  // namespace
}  // namespace paddock::testing
