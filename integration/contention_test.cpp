#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "integration/lock_fixture.hpp"
#include "integration/support/child_process.hpp"
#include "integration/support/temp_dir.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class ContentionTest : public LockOnServersTest {};

INSTANTIATE_TEST_SUITE_P(Servers, ContentionTest, ::testing::Values(1, 3));

TEST_P(ContentionTest, ThreadsOfSeveralClientsExcludeEachOther) {
    std::vector<std::unique_ptr<client>> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(std::make_unique<client>(options()));
    guarded_section section;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < 9; ++i) {
            threads.emplace_back([&, i] {
                mutex lock(*clients[i % clients.size()], path());
                for (int turn = 0; turn < 20; ++turn) {
                    const lease held = lock.acquire();
                    section.visit(held.fencing_token());
                }
            });
        }
    }
    EXPECT_EQ(section.visits(), 180);
    EXPECT_EQ(section.collisions(), 0);
    EXPECT_EQ(section.disorder(), 0);
    EXPECT_EQ(threads_named("paddock-reactor"), 1U);  // for all three clients
}

boost::asio::awaitable<void> take_turns(mutex& lock, guarded_section& section, int turns) {
    for (int turn = 0; turn < turns; ++turn) {
        const lease held = co_await lock.async_acquire(boost::asio::use_awaitable);
        section.visit(held.fencing_token());
    }
}

TEST_P(ContentionTest, CoroutinesExcludeEachOther) {
    client zk(options());
    mutex lock(zk, path());
    guarded_section section;
    boost::asio::io_context context;
    int finished = 0;
    for (int i = 0; i < 30; ++i) {
        boost::asio::co_spawn(context, take_turns(lock, section, 5), [&](std::exception_ptr failed) {
            EXPECT_FALSE(failed);
            ++finished;
        });
    }
    context.run();
    EXPECT_EQ(finished, 30);
    EXPECT_EQ(section.visits(), 150);
    EXPECT_EQ(section.collisions(), 0);
    EXPECT_EQ(section.disorder(), 0);
}

TEST_P(ContentionTest, ProcessesExcludeEachOther) {
    const temp_dir work("contention");
    std::vector<std::unique_ptr<child_process>> workers;
    for (int i = 0; i < 4; ++i) {
        child_options worker;
        worker.argv = {LOCK_WORKER, "count", servers_.connect_string(), path(), "25", work.path().string()};
        worker.output = work.path() / "output";
        workers.push_back(std::make_unique<child_process>(worker));
    }
    for (auto& one : workers) EXPECT_EQ(one->wait(60s), 0);
    workers.clear();
    long counter = 0;
    std::ifstream(work.path() / "counter") >> counter;
    EXPECT_EQ(counter, 100);
    std::ifstream tokens(work.path() / "tokens");
    const std::vector<std::string> seen(std::istream_iterator<std::string>(tokens), {});
    EXPECT_EQ(seen.size(), 100U);
    for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_LT(seen[i - 1], seen[i]);  // they order as text
}

TEST_P(ContentionTest, GrantsFollowTheQueue) {
    client holder(options());
    client zk(options());
    mutex lock(zk, path(), unshared());
    lease held = mutex(holder, path()).acquire();
    std::vector<pending_lease> waiters(10);
    for (std::size_t i = 0; i < waiters.size(); ++i) {
        lock.async_acquire(waiters[i].handler());
        ASSERT_TRUE(has_nodes(path(), i + 2));
    }
    fencing_token last = held.fencing_token();
    (void)held.release();
    for (std::size_t i = 0; i < waiters.size(); ++i) {
        ASSERT_TRUE(waiters[i].wait());
        EXPECT_TRUE(i + 1 == waiters.size() || !waiters[i + 1].done());
        EXPECT_GT(waiters[i].held().fencing_token(), last);
        last = waiters[i].held().fencing_token();
        waiters[i].held() = lease();
    }
}

TEST_P(ContentionTest, HolderAndContendersTellWhoIsThere) {
    client first(options());
    client second(options());
    mutex_options described;
    described.purpose = "nightly \"report\" \xc3\xa4";
    mutex lock(first, path(), described);
    EXPECT_TRUE(lock.contenders().empty());  // not even a directory
    EXPECT_FALSE(lock.holder());
    const lease held = lock.acquire();
    pending_lease next;
    mutex other(second, path());
    other.async_acquire(next.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    (void)ask([&](raw_client& raw) { return raw.create(path() + "/not-a-contender", "?"); });

    const auto both = [&] { return other.contenders(); };
    ASSERT_TRUE(eventually([&] { return both().size() == 2; }));
    const std::vector<contender_info> queue = both();
    EXPECT_EQ(path() + "/" + queue[0].node, held.node());
    EXPECT_EQ(queue[0].token, held.fencing_token());
    EXPECT_EQ(queue[0].session_id, first.session_id());
    EXPECT_EQ(queue[1].session_id, second.session_id());
    EXPECT_LT(queue[0].sequence, queue[1].sequence);
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    EXPECT_NEAR(static_cast<double>(queue[0].created_ms), static_cast<double>(now), 60'000);
    ASSERT_TRUE(queue[0].record);
    EXPECT_EQ(queue[0].record->pid, ::getpid());
    EXPECT_EQ(queue[0].record->purpose, described.purpose);
    EXPECT_EQ(queue[0].record->application, "paddock-tests");
    EXPECT_FALSE(queue[0].record->host.empty());
    EXPECT_NEAR(static_cast<double>(queue[0].record->since_ms), static_cast<double>(now), 60'000);
    ASSERT_TRUE(queue[1].record);
    EXPECT_EQ(queue[1].record->purpose, "");
    const auto holder = other.holder();
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->node, queue[0].node);
    EXPECT_EQ(lock.path(), path());
    (void)ask([&](raw_client& raw) { return raw.remove(path() + "/not-a-contender"); });
}

TEST_P(ContentionTest, WaitersLearnTheirPosition) {
    client holder(options());
    client zk(options());
    lease ahead = mutex(holder, path()).acquire();
    pending_lease between;
    mutex(holder, path(), unshared()).async_acquire(between.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    std::mutex guard;
    std::vector<std::size_t> seen;
    mutex_options told;
    told.on_position = [&](std::size_t position) {
        const std::lock_guard lock(guard);
        seen.push_back(position);
    };
    const auto positions = [&] {
        const std::lock_guard lock(guard);
        return seen;
    };
    pending_lease last;
    mutex(zk, path(), told).async_acquire(last.handler());
    EXPECT_TRUE(eventually([&] { return positions() == std::vector<std::size_t>{2}; }));
    (void)ahead.release();
    ASSERT_TRUE(between.wait());
    EXPECT_EQ(positions(), std::vector<std::size_t>{2});  // it watches only the one right ahead
    (void)between.held().release();
    ASSERT_TRUE(last.wait());
    EXPECT_EQ(positions(), (std::vector<std::size_t>{2, 0}));
}

}  // namespace
}  // namespace paddock::testing
