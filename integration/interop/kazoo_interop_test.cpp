#include <chrono>
#include <string>
#include <vector>

#include "integration/interop/interop_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// kazoo calls its nodes <uuid>__lock__<number>. With extra_lock_patterns=["-lock-"] ("patterned") it counts Curator's
// nodes, and so ours; nobody counts kazoo's.
class KazooInteropTest : public InteropTest {};

TEST_F(KazooInteropTest, PatternedWaitsForOurs) {
    peer_process kazoo(this->kazoo());
    client zk(options());
    lease held = mutex(zk, path()).acquire();
    EXPECT_EQ(kazoo.ask("acquire a patterned " + path() + " 300"), "timeout");
    kazoo.send("acquire b patterned " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    const std::vector<std::string> queue = nodes(path());
    EXPECT_TRUE(kazoo.silent("b"));
    EXPECT_EQ(held.release(), release_result::confirmed);
    EXPECT_EQ(kazoo.answer("b"), granted(queue[1]));
    EXPECT_EQ(kazoo.ask("release b"), "released");
}

TEST_F(KazooInteropTest, PlainDoesNotWaitForOurs) {
    peer_process kazoo(this->kazoo());
    client zk(options());
    lease held = mutex(zk, path()).acquire();
    guard_.enter("ours.1", "mutex");
    expect_grant(kazoo.ask("acquire a plain " + path() + " 10000"), 1);
    guard_.enter("kazoo.1", "mutex");
    EXPECT_EQ(judge(guard_.events()).overlaps.size(), 1U);
    EXPECT_TRUE(held.check());
    EXPECT_EQ(kazoo.ask("release a"), "released");
}

TEST_F(KazooInteropTest, OursDoesNotWaitForKazoo) {
    peer_process kazoo(this->kazoo());
    client zk(options());
    mutex lock(zk, path());
    for (const std::string kind : {"plain", "patterned"}) {
        expect_grant(kazoo.ask("acquire a " + kind + " " + path()), 0);
        EXPECT_TRUE(lock.try_acquire_for(10s)) << kind;
        EXPECT_EQ(kazoo.ask("release a"), "released");
    }
}

TEST_F(KazooInteropTest, PatternedAndOursBehindTheSameHolderGetInTogether) {
    peer_process kazoo(this->kazoo());
    client zk(options());
    mutex lock(zk, path(), unshared());
    lease first = lock.acquire();
    (void)kazoo.session_id();  // it is there
    kazoo.send("acquire a patterned " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    pending_lease third;
    lock.async_acquire(third.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    EXPECT_EQ(first.release(), release_result::confirmed);
    EXPECT_TRUE(kazoo.answer("a").starts_with("granted"));
    EXPECT_TRUE(third.wait());  // although kazoo has not released
    EXPECT_EQ(nodes(path()).size(), 2U);
    EXPECT_EQ(kazoo.ask("release a"), "released");
}

// The same between kazoo and Curator: no peculiarity of ours.
TEST_F(KazooInteropTest, PatternedWaitsForCuratorButCuratorDoesNotWaitForKazoo) {
    peer_process kazoo(this->kazoo());
    peer_process java(curator());
    expect_grant(java.ask("acquire a mutex " + path()), 0);
    EXPECT_EQ(kazoo.ask("acquire a patterned " + path() + " 300"), "timeout");
    EXPECT_EQ(java.ask("release a"), "released");
    expect_grant(kazoo.ask("acquire a patterned " + path()), 0);
    EXPECT_TRUE(java.ask("acquire a mutex " + path() + " 10000").starts_with("granted"));
    EXPECT_EQ(java.ask("release a"), "released");
    EXPECT_EQ(kazoo.ask("release a"), "released");
}

}  // namespace
}  // namespace paddock::testing
