#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class MultiLockTest : public LockOnServersTest {
protected:
    multi_lock both(client& zk, bool reversed = false) const {
        const mutex a(zk, path("a"));
        const mutex b(zk, path("b"));
        return reversed ? multi_lock({b, a}) : multi_lock({a, b});
    }
};

INSTANTIATE_TEST_SUITE_P(Servers, MultiLockTest, ::testing::Values(1, 3));

TEST_P(MultiLockTest, AllOrNothing) {
    client one(options());
    client two(options());
    {
        lease held = both(one).acquire();
        ASSERT_EQ(held.parts().size(), 2U);
        EXPECT_EQ(held.parts()[0].path, path("a"));
        EXPECT_EQ(held.parts()[1].path, path("b"));
        EXPECT_EQ(held.fencing_token(), held.parts()[1].token) << "made by one write";
        EXPECT_TRUE(held.check());
        EXPECT_FALSE(mutex(two, path("b")).try_acquire());
        EXPECT_EQ(held.release(), release_result::confirmed);
        EXPECT_EQ(ask([&](raw_client& seen_by) { return seen_by.sync(path()); }), ok);
        EXPECT_TRUE(nodes(path("a")).empty());
        EXPECT_TRUE(nodes(path("b")).empty());
    }
    lease b = mutex(one, path("b")).acquire();
    EXPECT_FALSE(both(two).try_acquire());
    EXPECT_FALSE(both(two).try_acquire_for(100ms));
    EXPECT_TRUE(has_nodes(path("a"), 0));
    pending_lease waiting;
    both(two).async_acquire(waiting.handler());
    ASSERT_TRUE(has_nodes(path("b"), 2));
    EXPECT_FALSE(waiting.done());
    EXPECT_EQ(b.release(), release_result::confirmed);
    EXPECT_TRUE(waiting.wait());
}

TEST_P(MultiLockTest, OppositeOrders) {
    std::vector<std::unique_ptr<client>> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(std::make_unique<client>(options()));
    guarded_section a;
    guarded_section b;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&, i] {
                client& zk = *clients[static_cast<std::size_t>(i % 3)];
                for (int turn = 0; turn < 8; ++turn) {
                    if ((turn + i) % 4 == 3) {
                        const lease held = mutex(zk, path("b")).acquire();
                        b.visit(held.fencing_token());
                        continue;
                    }
                    const lease held = both(zk, i % 2 == 0).acquire();
                    a.visit(held.fencing_token());
                    b.visit(held.fencing_token());
                }
            });
        }
    }
    EXPECT_EQ(a.visits(), 36);
    EXPECT_EQ(b.visits(), 48);
    EXPECT_EQ(a.collisions() + b.collisions(), 0);
    EXPECT_EQ(a.disorder() + b.disorder(), 0);
}

TEST_P(MultiLockTest, ExpiryFreesAllParts) {
    client one(options());
    client two(options());
    lease held = both(one).acquire();
    pending_lease a;
    pending_lease b;
    mutex(two, path("a")).async_acquire(a.handler());
    mutex(two, path("b")).async_acquire(b.handler());
    ASSERT_TRUE(has_nodes(path("a"), 2) && has_nodes(path("b"), 2));
    ASSERT_TRUE(expire(one.session_id()));
    EXPECT_TRUE(a.wait());
    EXPECT_TRUE(b.wait());
    EXPECT_TRUE(eventually([&] { return held.state() == lease_state::lost; }));
    EXPECT_EQ(held.release(), release_result::already_lost);
}

TEST_P(MultiLockTest, RobbedOfOnePartLosesAll) {
    client one(options());
    lease held = both(one).acquire();
    const std::string node = held.parts()[1].node;
    ASSERT_EQ(ask([&](raw_client& raw) { return raw.remove(node); }), 0);
    EXPECT_TRUE(eventually([&] { return held.state() == lease_state::lost; }));
    EXPECT_EQ(held.reason(), loss_reason::node_deleted);
    EXPECT_TRUE(has_nodes(path("a"), 0)) << "the other part goes too";
}

// A mutex, a side of a read-write lock and permits, and a write that all of them guard.
TEST_P(MultiLockTest, AllKindsOfParts) {
    client one(options());
    client two(options());
    semaphore_options limit;
    limit.limit = 3;
    semaphore permits(one, path("permits"), limit);
    read_write_lock rw(one, path("rw"));
    multi_lock all({mutex(one, path("a")), rw.read(), permits.permits(2)});
    lease held = all.acquire();
    ASSERT_EQ(held.parts().size(), 3U);
    EXPECT_EQ(permits.available(), 1U);
    EXPECT_TRUE(read_write_lock(two, path("rw")).read().try_acquire());
    EXPECT_FALSE(read_write_lock(two, path("rw")).write().try_acquire());
    EXPECT_FALSE(semaphore(two, path("permits"), limit).permits(2).try_acquire());
    transaction writes(held);
    writes.create(path("effect"));
    (void)one.commit(writes);
    ASSERT_EQ(ask([&](raw_client& raw) { return raw.exists(path("effect")); }), 0);
    transaction cleanup(held);
    cleanup.remove(path("effect"));
    (void)one.commit(cleanup);
    EXPECT_EQ(held.release(), release_result::confirmed);
    EXPECT_EQ(permits.available(), 3U);
    ASSERT_TRUE(has_nodes(path("permits"), 0));
    // A semaphore's directory keeps the limit, and stays.
    EXPECT_EQ(ask([&](raw_client& raw) { return raw.remove(path("permits")); }), 0);
}

}  // namespace
}  // namespace paddock::testing
