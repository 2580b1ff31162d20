#include <chrono>
#include <string>
#include <vector>

#include "integration/interop/interop_fixture.hpp"
#include "integration/interop/our_process.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class MutexInteropTest : public CuratorTest {};

TEST_F(MutexInteropTest, GrantsFollowOneQueue) {
    client zk(options());
    mutex lock(zk, path(), unshared());
    lease first = lock.acquire();
    java().send("acquire a mutex " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    pending_lease third;
    lock.async_acquire(third.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    java().send("acquire b mutex " + path());
    ASSERT_TRUE(has_nodes(path(), 4));
    const std::vector<std::string> queue = nodes(path());
    EXPECT_EQ(first.node(), path() + "/" + queue[0]);
    EXPECT_TRUE(java().silent("a") && java().silent("b") && !third.done());

    EXPECT_EQ(first.release(), release_result::confirmed);
    EXPECT_EQ(java().answer("a"), granted(queue[1]));
    EXPECT_TRUE(java().silent("b") && !third.done());
    EXPECT_EQ(nodes(path()), std::vector<std::string>(queue.begin() + 1, queue.end()));

    EXPECT_EQ(java().ask("release a"), "released");
    ASSERT_TRUE(third.wait());
    EXPECT_EQ(third.held().node(), path() + "/" + queue[2]);
    EXPECT_TRUE(java().silent("b"));
    EXPECT_EQ(nodes(path()), std::vector<std::string>(queue.begin() + 2, queue.end()));

    EXPECT_EQ(third.held().release(), release_result::confirmed);
    EXPECT_EQ(java().answer("b"), granted(queue[3]));
    EXPECT_EQ(java().ask("release b"), "released");
    EXPECT_TRUE(has_nodes(path(), 0));
}

TEST_F(MutexInteropTest, GivingUpLeavesTheQueue) {
    client zk(options());
    mutex lock(zk, path());
    expect_grant(java().ask("acquire a mutex " + path()), 0);
    EXPECT_FALSE(lock.try_acquire_for(200ms));
    EXPECT_FALSE(lock.try_acquire());
    EXPECT_TRUE(has_nodes(path(), 1));
    EXPECT_EQ(java().ask("release a"), "released");

    lease held = lock.acquire();
    EXPECT_EQ(java().ask("acquire a mutex " + path() + " 200"), "timeout");
    EXPECT_EQ(java().ask("acquire a mutex " + path() + " 0"), "timeout");
    EXPECT_TRUE(has_nodes(path(), 1));
    EXPECT_EQ(held.release(), release_result::confirmed);
    EXPECT_TRUE(lock.try_acquire());
}

TEST_F(MutexInteropTest, CuratorsContendersAreListed) {
    client zk(options());
    mutex lock(zk, path());
    expect_grant(java().ask("acquire a mutex " + path()), 0);
    pending_lease next;
    lock.async_acquire(next.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    const std::vector<contender_info> queue = lock.contenders();
    ASSERT_EQ(queue.size(), 2U);
    EXPECT_EQ(queue[0].session_id, java().session_id());
    EXPECT_FALSE(queue[0].record);  // Curator writes its address there
    EXPECT_EQ(queue[1].session_id, zk.session_id());
    EXPECT_EQ(java().ask("release a"), "released");
    ASSERT_TRUE(next.wait());
    EXPECT_EQ(next.held().fencing_token(), queue[1].token);
}

TEST_F(MutexInteropTest, KilledCuratorHolderIsSucceeded) {
    peer_process victim(curator(4s));
    client zk(options());
    mutex lock(zk, path());
    expect_grant(victim.ask("acquire a mutex " + path()), 0);
    const fencing_token theirs = lock.holder().value().token;
    pending_lease next;
    lock.async_acquire(next.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    victim.kill();
    ASSERT_TRUE(next.wait(30s));
    EXPECT_EQ(nodes(path()).size(), 1U);
    EXPECT_GT(next.held().fencing_token(), theirs);
}

TEST_F(MutexInteropTest, KilledCuratorWaiterIsPassedOver) {
    peer_process victim(curator(4s));
    client zk(options());
    mutex lock(zk, path(), unshared());
    lease first = lock.acquire();
    (void)victim.session_id();  // it is there
    victim.send("acquire a mutex " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    pending_lease last;
    lock.async_acquire(last.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    victim.kill();
    EXPECT_EQ(first.release(), release_result::confirmed);
    ASSERT_TRUE(last.wait(30s));
    EXPECT_EQ(nodes(path()).size(), 1U);  // not before the session of the dead one was over
}

TEST_F(MutexInteropTest, KilledHolderOfOursIsSucceededByCurator) {
    our_process holder(work_.path(), servers_.connect_string(), path());
    java().send("acquire a mutex " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    const std::vector<std::string> queue = nodes(path());
    EXPECT_TRUE(java().silent("a"));
    holder.kill();
    EXPECT_EQ(java().answer("a"), granted(queue[1]));
    EXPECT_EQ(nodes(path()), std::vector<std::string>{queue[1]});
    EXPECT_EQ(java().ask("release a"), "released");
}

// On one path InterProcessMutex and InterProcessSemaphoreMutex are two locks, for Curator itself too.
TEST_F(MutexInteropTest, SemaphoreMutexOnTheSamePathIsAnotherLock) {
    client zk(options());
    mutex lock(zk, path());
    lease held = lock.acquire();
    EXPECT_EQ(java().ask("acquire a semaphoreMutex " + path()), "granted -");
    EXPECT_EQ(held.state(), lease_state::held);
    EXPECT_EQ(held.release(), release_result::confirmed);
    // Its directories are foreign children of the mutex: neither side lets itself be blocked by them.
    held = lock.try_acquire_for(10s);
    EXPECT_TRUE(held);
    EXPECT_EQ(held.release(), release_result::confirmed);
    EXPECT_TRUE(java().ask("acquire b mutex " + path() + " 10000").starts_with("granted"));
    EXPECT_EQ(java().ask("release b"), "released");
    EXPECT_EQ(java().ask("release a"), "released");
}

}  // namespace
}  // namespace paddock::testing
