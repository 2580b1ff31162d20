#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class ReadWriteLockTest : public LockOnServersTest {};

INSTANTIATE_TEST_SUITE_P(Servers, ReadWriteLockTest, ::testing::Values(1, 3));

// Curator's testBasic, kazoo's test_read_lock and test_write_lock.
TEST_P(ReadWriteLockTest, ReadersTogetherAndWritersAlone) {
    client one(options());
    client two(options());
    read_write_lock first(one, path());
    read_write_lock second(two, path());
    lease reads = first.read().acquire();
    lease beside = second.read().acquire();
    EXPECT_FALSE(second.write().try_acquire());
    EXPECT_FALSE(second.write().try_acquire_for(50ms));
    pending_lease writer;
    second.write().async_acquire(writer.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    EXPECT_FALSE(first.read().try_acquire()) << "a writer waits";
    EXPECT_EQ(reads.release(), release_result::confirmed);
    EXPECT_FALSE(writer.done());
    EXPECT_EQ(beside.release(), release_result::confirmed);
    ASSERT_TRUE(writer.wait());
    ASSERT_FALSE(writer.error()) << writer.error().message();
    EXPECT_FALSE(first.read().try_acquire());
    EXPECT_EQ(writer.held().release(), release_result::confirmed);
    EXPECT_TRUE(first.read().try_acquire());
}

// kazoo's test_read_write_lock order: readers behind a writer enter together, the writer behind them after all.
TEST_P(ReadWriteLockTest, OrderOfReadersAndWriters) {
    client one(options());
    client two(options());
    read_write_lock first(one, path());
    read_write_lock second(two, path());
    lease held = first.write().acquire();
    std::vector<pending_lease> readers(3);
    std::size_t nodes = 1;
    for (pending_lease& reader : readers) {
        second.read().async_acquire(reader.handler());
        ASSERT_TRUE(has_nodes(path(), ++nodes));
    }
    pending_lease writer;
    first.write().async_acquire(writer.handler());
    ASSERT_TRUE(has_nodes(path(), ++nodes));
    pending_lease late;
    second.read().async_acquire(late.handler());
    ASSERT_TRUE(has_nodes(path(), ++nodes));
    const auto queue = first.read().contenders();
    ASSERT_EQ(queue.size(), 6U);
    EXPECT_EQ(queue.front().kind, "write");
    EXPECT_TRUE(queue.front().holds);
    EXPECT_FALSE(queue[1].holds);
    EXPECT_EQ(held.release(), release_result::confirmed);
    for (const pending_lease& reader : readers) ASSERT_TRUE(reader.wait());
    for (const pending_lease& reader : readers) {
        EXPECT_FALSE(writer.done());
        EXPECT_FALSE(late.done());
        EXPECT_EQ(reader.held().release(), release_result::confirmed);
    }
    ASSERT_TRUE(writer.wait());
    EXPECT_FALSE(late.done());
    EXPECT_EQ(writer.held().release(), release_result::confirmed);
    ASSERT_TRUE(late.wait());
}

TEST_P(ReadWriteLockTest, DowngradeKeepsThePlace) {
    client one(options());
    client two(options());
    read_write_lock first(one, path());
    read_write_lock second(two, path());
    lease writer = first.write().acquire();
    const fencing_token token = writer.fencing_token();
    pending_lease reader;
    second.read().async_acquire(reader.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    pending_lease next;
    second.write().async_acquire(next.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    lease downgraded = first.downgrade(std::move(writer));
    EXPECT_FALSE(writer);
    EXPECT_EQ(downgraded.fencing_token(), token);
    EXPECT_EQ(downgraded.state(), lease_state::held);
    EXPECT_TRUE(downgraded.check());
    ASSERT_TRUE(reader.wait());
    EXPECT_EQ(reader.held().release(), release_result::confirmed);
    EXPECT_TRUE(has_nodes(path(), 2));
    EXPECT_FALSE(next.done());
    error_code ec;
    read_write_lock::upgrade(downgraded, ec);
    EXPECT_EQ(ec, errc::would_deadlock);
    EXPECT_EQ(downgraded.release(), release_result::confirmed);
    ASSERT_TRUE(next.wait());
    EXPECT_GT(next.held().fencing_token(), token);
}

TEST_P(ReadWriteLockTest, DowngradeOfALostLeaseFails) {
    client one(options());
    read_write_lock lock(one, path());
    lease writer = lock.write().acquire();
    ASSERT_TRUE(expire(one.session_id()));
    ASSERT_TRUE(eventually([&] { return writer.state() == lease_state::lost; }));
    error_code ec;
    EXPECT_FALSE(lock.downgrade(std::move(writer), ec));
    EXPECT_EQ(ec, errc::lease_lost);
    EXPECT_TRUE(has_nodes(path(), 0));
}

// Curator's testContention: readers and writers of several clients; some writers go on as readers.
TEST_P(ReadWriteLockTest, Contention) {
    guarded_section section;
    std::atomic<int> readers = 0;
    std::atomic<int> beside = 0;
    std::atomic<int> changed_while_read = 0;
    std::atomic<int> value = 0;
    std::vector<std::unique_ptr<client>> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(std::make_unique<client>(options()));
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&, i] {
                read_write_lock lock(*clients[static_cast<std::size_t>(i % 3)], path());
                for (int turn = 0; turn < 8; ++turn) {
                    const bool writes = (turn + i) % 2 == 0;
                    lease held = writes ? lock.write().acquire() : lock.read().acquire();
                    if (writes) {
                        if (readers != 0) ++beside;
                        ++value;
                        section.visit(held.fencing_token());
                        if (turn % 4 < 2) continue;
                        const int mine = value;
                        held = lock.downgrade(std::move(held));
                        if (value != mine) ++changed_while_read;  // a writer in between
                    }
                    ++readers;
                    const int before = value;
                    std::this_thread::yield();
                    if (value != before) ++changed_while_read;
                    --readers;
                }
            });
        }
    }
    EXPECT_EQ(section.visits(), 24);
    EXPECT_EQ(section.collisions(), 0);
    EXPECT_EQ(section.disorder(), 0);
    EXPECT_EQ(beside, 0);
    EXPECT_EQ(changed_while_read, 0);
}

}  // namespace
}  // namespace paddock::testing
