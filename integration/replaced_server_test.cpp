#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// The server loses its data, or another one without any takes its place: no session of before goes on there.
class ReplacedServerTest : public LockTest {};

// Tokens go back then, because zxids do (hazard C11), and no client can tell. But a session that has seen more than the
// server knows is refused there and lost, so it never gets a smaller token; and a fence refuses the new holders, so that
// the loss of the data comes to light where it matters.
TEST_F(ReplacedServerTest, WipedDataIsALossAndTheFenceRefusesSmallerTokens) {
    client zk(options());
    client other(options());
    mutex lock(zk, path());
    for (int i = 0; i < 20; ++i) (void)lock.acquire().release();
    lease held = lock.acquire();
    const std::int64_t session = held.session_id();
    fence resource;
    EXPECT_TRUE(resource.accept(held.fencing_token()));
    pending_lease waiting;
    mutex(other, path()).async_acquire(waiting.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    const std::int64_t waiting_session = other.session_id();

    servers_.kill(0);
    servers_.server(0).wipe();
    servers_.start();
    EXPECT_TRUE(eventually([&] { return held.state() == lease_state::lost; }));
    ASSERT_TRUE(waiting.wait(30s));
    ASSERT_EQ(waiting.error(), error_code());
    EXPECT_TRUE(held.lost_token().stop_requested());
    EXPECT_NE(waiting.held().session_id(), waiting_session);
    EXPECT_LT(waiting.held().fencing_token(), resource.mark());
    EXPECT_FALSE(resource.accept(waiting.held().fencing_token()));
    EXPECT_EQ(held.release(), release_result::already_lost);
    waiting.held() = lease();
    const lease again = lock.try_acquire_for(30s);
    ASSERT_TRUE(again);
    EXPECT_NE(again.session_id(), session);
}

// The address leads to another server, which has never heard of anything.
class OtherServerTest : public ReplacedServerTest, public ::testing::WithParamInterface<bool> {
protected:
    OtherServerTest() { other_.start(); }
    [[nodiscard]] claim permit_of(client& by) const {
        if (GetParam()) return semaphore(by, path(), {.limit = 1});
        return curator_semaphore(by, path(), {.limit = 1});
    }
    // A semaphore's directory stays, because it keeps the limit.
    void TearDown() override {
        servers_.start();
        if (GetParam()) {
            EXPECT_TRUE(has_nodes(path(), 0, 30s));
            ask([&](raw_client& raw) { return raw.remove(path()); });
        }
        ReplacedServerTest::TearDown();
    }

    zk_ensemble other_;
    fault_proxy proxy_{servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1"};
};

INSTANTIATE_TEST_SUITE_P(Semaphores, OtherServerTest, ::testing::Bool(),
                         [](const auto& own) { return own.param ? "semaphore" : "curator_semaphore"; });

// Curator's InterProcessSemaphoreCluster.
TEST_P(OtherServerTest, testKilledServerWithEnsembleProvider) {
    client zk(options(proxy_.address()));
    client next(options(proxy_.address()));
    lease held = permit_of(zk).acquire();
    pending_lease waiting;
    permit_of(next).async_acquire(waiting.handler());
    ASSERT_TRUE(eventually([&] { return next.stats().watches > 0; }));

    servers_.kill(0);
    EXPECT_TRUE(eventually([&] { return held.state() != lease_state::held; }));
    proxy_.set_upstream(other_.server(0).host(), other_.server(0).port());
    EXPECT_TRUE(eventually([&] { return held.state() == lease_state::lost; }));
    ASSERT_TRUE(waiting.wait(30s));
    ASSERT_EQ(waiting.error(), error_code());
    EXPECT_TRUE(waiting.held().check()) << "it is on the other server";
    EXPECT_FALSE(permit_of(zk).try_acquire_for(2s)) << "two permits of one";
    EXPECT_EQ(waiting.held().release(), release_result::confirmed);
    EXPECT_TRUE(permit_of(zk).try_acquire_for(10s));
}

}  // namespace
}  // namespace paddock::testing
