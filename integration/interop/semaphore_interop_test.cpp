#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "integration/interop/churn_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class SemaphoreInteropTest : public CuratorTest {
protected:
    [[nodiscard]] curator_semaphore permits(client& zk, std::uint32_t limit) const {
        curator_semaphore_options chosen;
        chosen.limit = limit;
        return curator_semaphore(zk, path(), chosen);
    }
    [[nodiscard]] std::string leases() const { return path() + "/leases"; }
    [[nodiscard]] std::string locks() const { return path() + "/locks"; }
    /// The node that has this place among the leases now.
    [[nodiscard]] std::string lease_at(std::size_t place) {
        return leases() + "/" + nodes(leases()).at(place);
    }
    /// The answer of a Curator is the grant of that node. Not by EXPECT_EQ, which may look at the nodes first.
    void expect_permit(const std::string& answer, std::size_t place) {
        EXPECT_EQ(answer, "granted " + lease_at(place));
    }
};

TEST_F(SemaphoreInteropTest, TogetherNeverMoreThanTheLimit) {
    client zk(options());
    curator_semaphore ours = permits(zk, 3);
    lease first = ours.acquire();
    expect_permit(java().ask("acquire a semaphore:3 " + path()), 1);
    expect_permit(other_java().ask("acquire b semaphore:3 " + path()), 2);
    EXPECT_FALSE(ours.try_acquire());
    EXPECT_FALSE(ours.try_acquire_for(200ms));
    EXPECT_EQ(java().ask("acquire c semaphore:3 " + path() + " 200"), "timeout");
    EXPECT_TRUE(has_nodes(leases(), 3));  // who gave up has left nothing
    EXPECT_TRUE(has_nodes(locks(), 0));

    EXPECT_EQ(first.release(), release_result::confirmed);
    EXPECT_THAT(java().ask("acquire c semaphore:3 " + path() + " 10000"), StartsWith("granted"));
    EXPECT_FALSE(ours.try_acquire());
    EXPECT_EQ(other_java().ask("release b"), "released");
    first = ours.try_acquire_for(10s);
    EXPECT_TRUE(first);
    EXPECT_EQ(java().ask("release a"), "released");
    EXPECT_EQ(java().ask("release c"), "released");
}

TEST_F(SemaphoreInteropTest, GrantsFollowOneQueue) {
    client zk(options());
    curator_semaphore ours = permits(zk, 1);
    lease first = ours.acquire();
    ASSERT_TRUE(has_nodes(locks(), 0));
    java().send("acquire a semaphore:1 " + path());
    ASSERT_TRUE(has_nodes(leases(), 2));  // it waits with the mutex
    pending_lease second;
    ours.async_acquire(second.handler());
    ASSERT_TRUE(has_nodes(locks(), 2));
    java().send("acquire b semaphore:1 " + path());
    ASSERT_TRUE(has_nodes(locks(), 3));
    EXPECT_TRUE(java().silent("a") && java().silent("b") && !second.done());

    EXPECT_EQ(first.release(), release_result::confirmed);
    expect_permit(java().answer("a"), 0);
    ASSERT_TRUE(has_nodes(leases(), 2));
    EXPECT_TRUE(java().silent("b") && !second.done());
    EXPECT_EQ(java().ask("release a"), "released");
    ASSERT_TRUE(second.wait());
    EXPECT_EQ(second.held().node(), lease_at(0));
    ASSERT_TRUE(has_nodes(leases(), 2));
    EXPECT_TRUE(java().silent("b"));
    EXPECT_EQ(second.held().release(), release_result::confirmed);
    expect_permit(java().answer("b"), 0);
    EXPECT_EQ(java().ask("release b"), "released");
}

TEST_F(SemaphoreInteropTest, KilledCuratorFreesItsPermitAndItsPlace) {
    peer_process victim(curator(4s));
    client zk(options());
    curator_semaphore ours = permits(zk, 2);
    lease first = ours.acquire();
    ASSERT_THAT(victim.ask("acquire a semaphore:2 " + path()), StartsWith("granted"));
    victim.send("acquire b semaphore:2 " + path());
    ASSERT_TRUE(has_nodes(leases(), 3));
    pending_lease second;
    ours.async_acquire(second.handler());
    ASSERT_TRUE(has_nodes(locks(), 2));
    EXPECT_FALSE(second.done());
    victim.kill();
    ASSERT_TRUE(second.wait(30s));
    EXPECT_EQ(first.state(), lease_state::held);
    EXPECT_TRUE(has_nodes(leases(), 2));
    EXPECT_EQ(java().ask("acquire a semaphore:2 " + path() + " 200"), "timeout");
}

TEST_F(SemaphoreInteropTest, OurExpiredHolderFreesItsPermitForCurator) {
    client zk(options());
    curator_semaphore ours = permits(zk, 1);
    lease first = ours.acquire();
    java().send("acquire a semaphore:1 " + path());
    ASSERT_TRUE(has_nodes(leases(), 2));
    EXPECT_TRUE(java().silent("a"));
    ASSERT_TRUE(expire(zk.session_id()));
    EXPECT_THAT(java().answer("a"), StartsWith("granted"));
    EXPECT_TRUE(eventually([&] { return first.state() == lease_state::lost; }));
    EXPECT_EQ(java().ask("release a"), "released");
}

// InterProcessSemaphoreMutex is Curator's semaphore with one permit.
TEST_F(SemaphoreInteropTest, OnePermitExcludesASemaphoreMutex) {
    client zk(options());
    curator_semaphore ours = permits(zk, 1);
    EXPECT_EQ(java().ask("acquire a semaphoreMutex " + path()), "granted -");
    EXPECT_FALSE(ours.try_acquire());
    EXPECT_EQ(java().ask("release a"), "released");
    lease held = ours.try_acquire_for(10s);
    EXPECT_TRUE(held);
    EXPECT_EQ(java().ask("acquire a semaphoreMutex " + path() + " 200"), "timeout");
}

class SemaphoreChurnInteropTest : public ChurnTest {
protected:
    [[nodiscard]] curator_semaphore permits(client& zk) const {
        curator_semaphore_options chosen;
        chosen.limit = 3;
        return curator_semaphore(zk, path(), chosen);
    }
    [[nodiscard]] std::jthread start_ours(client& zk, const std::string& who) {
        return start(who, "semaphore:3",
                     [claim = permits(zk)]() mutable { return claim.try_acquire_for(long_wait); });
    }
};

// A holder of each side stays inside throughout, so the first permit too many shows, however short it is held.
TEST_F(SemaphoreChurnInteropTest, CuratorAndOursNeverHoldMoreThanTheLimit) {
    constexpr int rounds = 15;
    peer_process java1(curator());
    peer_process java2(curator());
    client zk1(steady());
    client zk2(steady());
    const lease ours = permits(zk1).acquire();
    guard_.enter("ours1.0", "semaphore:3");
    ASSERT_THAT(java1.ask("acquire java1.0 semaphore:3 " + path()), StartsWith("granted"));
    guard_.enter("java1.0", "semaphore:3");
    for (const std::string thread : {"1", "2"}) {
        start(java1, "java1." + thread, "semaphore:3", rounds);
        start(java2, "java2." + thread, "semaphore:3", rounds);
    }
    {
        const std::jthread ours1 = start_ours(zk1, "ours1.1");
        const std::jthread ours2 = start_ours(zk2, "ours2.1");
        for (const std::string thread : {"1", "2"}) {
            EXPECT_EQ(java1.answer("java1." + thread, long_wait), "contended 15");
            EXPECT_EQ(java2.answer("java2." + thread, long_wait), "contended 15");
        }
    }
    const guard_verdict verdict = judge(guard_.events(), 3);
    EXPECT_THAT(verdict.overlaps, IsEmpty());
    EXPECT_EQ(ours.state(), lease_state::held);
    EXPECT_GE(sections("ours1"), rounds / 2);
    EXPECT_GE(sections("ours2"), rounds / 2);
    EXPECT_GE(verdict.hand_overs, 30);
    EXPECT_EQ(java1.ask("release java1.0"), "released");
}

}  // namespace
}  // namespace paddock::testing
