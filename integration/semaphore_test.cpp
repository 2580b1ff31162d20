#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

#include "integration/lock_fixture.hpp"
#include "integration/support/child_process.hpp"
#include "integration/support/temp_dir.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class SemaphoreServerTest : public LockOnServersTest {
protected:
    // A semaphore's directory stays, because it keeps the limit.
    void TearDown() override {
        EXPECT_TRUE(has_nodes(path(), 0, 30s));
        ask([&](raw_client& raw) { return raw.remove(path()); });
        LockOnServersTest::TearDown();
    }
};

INSTANTIATE_TEST_SUITE_P(Servers, SemaphoreServerTest, ::testing::Values(1, 3));

TEST_P(SemaphoreServerTest, PermitsAreTakenAndGivenBack) {
    client zk(options());
    semaphore permits(zk, path(), {.limit = 3});
    lease one = permits.acquire();
    lease two = permits.permits(2).acquire();
    EXPECT_GT(two.fencing_token(), one.fencing_token());
    EXPECT_TRUE(one.check());
    EXPECT_FALSE(permits.try_acquire());
    EXPECT_EQ(permits.available(), 0U);
    EXPECT_EQ(permits.contenders().size(), 2U);
    EXPECT_EQ(two.release(), release_result::confirmed);
    EXPECT_EQ(permits.available(), 2U);
    EXPECT_EQ(one.release(), release_result::confirmed);
    EXPECT_TRUE(has_nodes(path(), 0));
}

TEST_P(SemaphoreServerTest, BigRequestIsNotPassedBySmallOnes) {
    client zk(options());
    client other(options());
    lease held = semaphore(zk, path(), {.limit = 3}).acquire();
    pending_lease big;
    pending_lease small;
    semaphore(other, path(), {.limit = 3}).permits(3).async_acquire(big.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    semaphore(other, path(), {.limit = 3}).async_acquire(small.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    EXPECT_FALSE(small.done());
    (void)held.release();
    ASSERT_TRUE(big.wait());
    EXPECT_FALSE(small.done());
    big.held() = lease();
    ASSERT_TRUE(small.wait());
    EXPECT_EQ(small.error(), error_code());
}

TEST_P(SemaphoreServerTest, LimitIsChangedInUse) {
    client zk(options());
    semaphore permits(zk, path(), {.limit = 1, .sharing = {.turns = 0}});
    lease held = permits.acquire();
    std::vector<pending_lease> waiting(3);
    for (pending_lease& one : waiting) permits.async_acquire(one.handler());
    ASSERT_TRUE(has_nodes(path(), 4));
    permits.set_limit(3);
    EXPECT_TRUE(eventually([&] {
        int granted = 0;
        for (const pending_lease& one : waiting) granted += one.done() ? 1 : 0;
        return granted == 2;
    }));
    permits.set_limit(1);
    const semaphore_state now = permits.state();
    EXPECT_EQ(now.limit, 1U);
    EXPECT_EQ(now.declared, 1U);
    EXPECT_EQ(now.held, 3U);
    EXPECT_EQ(now.waiting, 1U);
    error_code ec;
    (void)semaphore(zk, path(), {.limit = 2}).try_acquire(ec);
    EXPECT_EQ(ec, errc::conflict);
    (void)held.release();
    for (pending_lease& one : waiting) {
        ASSERT_TRUE(one.wait());
        one.held() = lease();
    }
}

TEST_P(SemaphoreServerTest, KilledProcessGivesItsPermitsBack) {
    const temp_dir work("semaphore");
    child_options worker;
    worker.argv = {LOCK_WORKER, "keep", servers_.connect_string(), path(), "2"};
    worker.output = work.path() / "output";
    child_process holder(worker);
    ASSERT_TRUE(eventually([&] {
        std::ifstream said(worker.output);
        return std::string(std::istreambuf_iterator<char>(said), {}).find("keeps") != std::string::npos;
    }));
    client zk(options());
    semaphore permits(zk, path(), {.limit = 2});
    EXPECT_EQ(permits.available(), 0U);
    pending_lease next;
    permits.permits(2).async_acquire(next.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_FALSE(next.done());
    holder.kill();
    ASSERT_TRUE(next.wait(30s));
    EXPECT_EQ(next.error(), error_code());
}

TEST_P(SemaphoreServerTest, CuratorsLayoutWorksAlike) {
    client zk(options());
    client other(options());
    curator_semaphore shared(zk, path(), {.limit = 2});
    lease one = shared.acquire();
    lease two = shared.acquire();
    EXPECT_GT(two.fencing_token(), one.fencing_token());
    EXPECT_FALSE(shared.try_acquire());
    pending_lease next;
    curator_semaphore(other, path(), {.limit = 2}).async_acquire(next.handler());
    ASSERT_TRUE(has_nodes(path() + "/leases", 3));
    (void)one.release();
    ASSERT_TRUE(next.wait());
    EXPECT_GT(next.held().fencing_token(), two.fencing_token());
    EXPECT_TRUE(has_nodes(path() + "/locks", 0));
    one = lease();
    two = lease();
    next.held() = lease();
    ASSERT_TRUE(has_nodes(path() + "/leases", 0));
    for (const char* const name : {"/locks", "/leases"})
        ask([&](raw_client& raw) { return raw.remove(path() + name); });
}

}  // namespace
}  // namespace paddock::testing
