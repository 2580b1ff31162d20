// The mutex that its owner may take again.
#include <paddock/reentrant_mutex.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

struct locking {
    int completions = 0;
    error_code ec;
};

class ReentrantMutex : public CoreTest {
protected:
    std::shared_ptr<locking> lock(reentrant_mutex& on, mutex_owner owner) {
        auto made = std::make_shared<locking>();
        on.async_lock(owner, [made](error_code ec) {
            ++made->completions;
            made->ec = ec;
        });
        return made;
    }
    void locked(reentrant_mutex& on, mutex_owner owner) {
        const auto made = lock(on, owner);
        ASSERT_TRUE(run_until([&] { return made->completions == 1; }));
        ASSERT_FALSE(made->ec) << made->ec.message();
    }
    static error_code unlock(reentrant_mutex& on, mutex_owner owner) {
        error_code ec;
        on.unlock(owner, ec);
        return ec;
    }
};

TEST_F(ReentrantMutex, CountsPerOwner) {
    core_client& one = connected_client();
    reentrant_mutex on(one.handle, "/locks/a", unshared());
    const mutex_owner me;
    EXPECT_EQ(on.hold_count(me), 0u);
    locked(on, me);
    const auto creates = ensemble.requests(request_kind::create);
    locked(on, me);
    EXPECT_EQ(on.hold_count(me), 2u);
    EXPECT_EQ(ensemble.requests(request_kind::create), creates) << "again costs no server operation";
    EXPECT_FALSE(unlock(on, me));
    EXPECT_EQ(nodes(), 1u);
    EXPECT_EQ(on.state(me), lease_state::held);
    EXPECT_FALSE(unlock(on, me));
    EXPECT_TRUE(run_until([this] { return nodes() == 0; }, 100ms));
}

TEST_F(ReentrantMutex, ExcessReleaseIsAnError) {
    core_client& one = connected_client();
    reentrant_mutex on(one.handle, "/locks/a", unshared());
    const mutex_owner me;
    const mutex_owner other;
    EXPECT_EQ(unlock(on, me), make_error_code(errc::not_owner));
    locked(on, me);
    EXPECT_EQ(unlock(on, other), make_error_code(errc::not_owner));
    EXPECT_FALSE(unlock(on, me));
    EXPECT_EQ(unlock(on, me), make_error_code(errc::not_owner));
    EXPECT_THROW(on.unlock(me), boost::system::system_error);
    EXPECT_THROW((void)on.token(me), boost::system::system_error);
}

TEST_F(ReentrantMutex, OwnersQueueLikeProcesses) {
    core_client& one = connected_client();
    reentrant_mutex on(one.handle, "/locks/a", unshared());
    const mutex_owner me;
    const mutex_owner other;
    locked(on, me);
    const auto first = on.token(me);
    const auto waiting = lock(on, other);
    world.advance(1s);
    EXPECT_EQ(waiting->completions, 0);
    EXPECT_EQ(on.hold_count(other), 0u);
    EXPECT_FALSE(unlock(on, me));
    ASSERT_TRUE(run_until([&] { return waiting->completions == 1; }));
    EXPECT_GT(on.token(other), first);
    EXPECT_FALSE(unlock(on, other));
}

TEST_F(ReentrantMutex, ReentryAfterLossFailsUntilAllIsUnlocked) {
    core_client& one = connected_client();
    reentrant_mutex on(one.handle, "/locks/a", unshared());
    const mutex_owner me;
    locked(on, me);
    locked(on, me);
    const auto lost = on.lost_token(me);
    ensemble.expire_session(one.session_id());
    ASSERT_TRUE(run_until([&] { return lost.stop_requested(); }));
    EXPECT_EQ(on.state(me), lease_state::lost);
    const auto again = lock(on, me);
    world.settle();
    EXPECT_EQ(again->completions, 1);
    EXPECT_EQ(again->ec, make_error_code(errc::lease_lost));
    EXPECT_EQ(on.hold_count(me), 2u) << "a failed lock counts nothing";
    EXPECT_FALSE(unlock(on, me));
    EXPECT_FALSE(unlock(on, me));
    locked(on, me);
    EXPECT_EQ(on.state(me), lease_state::held);
    EXPECT_FALSE(unlock(on, me));
}

TEST_F(ReentrantMutex, SecondLockBesideTheFirstIsRefused) {
    core_client& one = connected_client();
    reentrant_mutex on(one.handle, "/locks/a", unshared());
    const mutex_owner me;
    const mutex_owner other;
    locked(on, other);
    const auto first = lock(on, me);
    ASSERT_TRUE(run_until([this] { return nodes() == 2; }));
    const auto beside = lock(on, me);
    world.settle();
    EXPECT_EQ(beside->completions, 1);
    EXPECT_EQ(beside->ec, make_error_code(errc::would_deadlock));
    EXPECT_EQ(nodes(), 2u);
    EXPECT_EQ(on.hold_count(me), 0u);
    EXPECT_EQ(unlock(on, me), make_error_code(errc::not_owner)) << "it waits, it does not hold";
    EXPECT_THROW((void)on.token(me), boost::system::system_error);
    EXPECT_FALSE(unlock(on, other));
    ASSERT_TRUE(run_until([&] { return first->completions == 1; }));
    EXPECT_EQ(on.hold_count(me), 1u);
    EXPECT_FALSE(unlock(on, me));
}

TEST_F(ReentrantMutex, FailedFirstLockLeavesNothingBehind) {
    core_client& one = connected_client();
    reentrant_mutex on(one.handle, "/locks/a", unshared());
    const mutex_owner me;
    const mutex_owner other;
    locked(on, other);
    boost::asio::cancellation_signal stop;
    error_code ec;
    int again = 0;
    on.async_lock(me, boost::asio::bind_cancellation_slot(stop.slot(), [&](error_code failed) {
                      ec = failed;
                      on.async_lock(me, [&](error_code) { ++again; });  // from the handler itself
                  }));
    ASSERT_TRUE(run_until([this] { return nodes() == 2; }));
    stop.emit(boost::asio::cancellation_type::terminal);
    ASSERT_TRUE(run_until([&] { return ec == boost::asio::error::operation_aborted; }));
    world.settle();
    EXPECT_EQ(again, 0) << "the new lock waits like the first one, it was not refused";
    EXPECT_FALSE(unlock(on, other));
    ASSERT_TRUE(run_until([&] { return again == 1; }));
    EXPECT_EQ(on.hold_count(me), 1u);
    EXPECT_FALSE(unlock(on, me));
}

TEST_F(ReentrantMutex, DestroyingItReleases) {
    core_client& one = connected_client();
    const mutex_owner me;
    {
        reentrant_mutex on(one.handle, "/locks/a", unshared());
        locked(on, me);
    }
    EXPECT_TRUE(run_until([this] { return nodes() == 0; }, 100ms));
}

TEST_F(ReentrantMutex, OwnersAreDistinct) {
    const mutex_owner a;
    const mutex_owner copy = a;
    EXPECT_EQ(a, copy);
    EXPECT_NE(a, mutex_owner());
    EXPECT_EQ(mutex_owner::this_thread(), mutex_owner::this_thread());
    EXPECT_NE(mutex_owner::this_thread(), a);
}

}  // namespace
}  // namespace paddock::testing
