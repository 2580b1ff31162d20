#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "integration/interop/interop_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Each command of the peers among themselves, without anything of ours: what the tests of our recipes rely on.
class PeerTest : public CuratorTest {
protected:
    /// Number of nodes below `path()` with this in the name.
    std::size_t named(const std::string& part) {
        return static_cast<std::size_t>(std::ranges::count_if(
            nodes(path()), [&](const std::string& node) { return node.find(part) != std::string::npos; }));
    }
};

TEST_F(PeerTest, ReadersShareWritersDoNot) {
    EXPECT_THAT(java().ask("acquire r1 read " + path()), StartsWith("granted"));
    EXPECT_THAT(other_java().ask("acquire r2 read " + path()), StartsWith("granted"));
    EXPECT_EQ(other_java().ask("acquire w write " + path() + " 200"), "timeout");
    other_java().send("acquire w write " + path());
    ASSERT_TRUE(has_nodes(path(), 3));
    EXPECT_EQ(java().ask("acquire r3 read " + path() + " 200"), "timeout");  // behind the writer
    EXPECT_EQ(java().ask("release r1"), "released");
    EXPECT_TRUE(other_java().silent("w"));
    EXPECT_EQ(other_java().ask("release r2"), "released");
    expect_grant(other_java().answer("w"), 0);
    EXPECT_EQ(named("__WRIT__"), 1U);
    EXPECT_EQ(other_java().ask("release w"), "released");
}

TEST_F(PeerTest, WriterBecomesReader) {
    EXPECT_THAT(java().ask("acquire w write " + path()), StartsWith("granted"));
    other_java().send("acquire r read " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_TRUE(other_java().silent("r"));
    EXPECT_THAT(java().ask("downgrade w"), HasSubstr("-__READ__"));
    EXPECT_THAT(other_java().answer("r"), StartsWith("granted"));
    EXPECT_EQ(named("__READ__"), 2U);
    EXPECT_EQ(named("__WRIT__"), 0U);
    EXPECT_EQ(java().ask("release w"), "released");
    EXPECT_EQ(other_java().ask("release r"), "released");
}

// Curator 5.4 puts the reader that has been a writer at the end of the queue, so a writer that waits there already
// overtakes it. Later versions give it the writer's number.
TEST_F(PeerTest, CuratorLetsAQueuedWriterInBesideADowngradedReader) {
    EXPECT_THAT(java().ask("acquire w write " + path()), StartsWith("granted"));
    other_java().send("acquire v write " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_THAT(java().ask("downgrade w"), EndsWith("-__READ__0000000002"));
    expect_grant(other_java().answer("v"), 0);
    EXPECT_EQ(nodes(path()).size(), 2U);
    EXPECT_EQ(other_java().ask("release v"), "released");
    EXPECT_EQ(java().ask("release w"), "released");
}

TEST_F(PeerTest, SemaphoreHasItsPermits) {
    const std::string kind = "semaphore:2 " + path();
    EXPECT_THAT(java().ask("acquire a " + kind), StartsWith("granted " + path() + "/leases/_c_"));
    EXPECT_THAT(other_java().ask("acquire b " + kind), StartsWith("granted " + path() + "/leases/_c_"));
    EXPECT_EQ(other_java().ask("acquire c " + kind + " 200"), "timeout");
    other_java().send("acquire c " + kind);
    ASSERT_TRUE(has_nodes(path("lock/leases"), 3));  // it counts afterwards
    EXPECT_TRUE(other_java().silent("c"));
    EXPECT_EQ(java().ask("release a"), "released");
    EXPECT_THAT(other_java().answer("c"), StartsWith("granted"));
    EXPECT_EQ(other_java().ask("release b"), "released");
    EXPECT_EQ(other_java().ask("release c"), "released");
}

TEST_F(PeerTest, SemaphoreMutexIsASemaphoreOfOne) {
    EXPECT_EQ(java().ask("acquire a semaphoreMutex " + path()), "granted -");
    EXPECT_EQ(other_java().ask("acquire b semaphore:1 " + path() + " 200"), "timeout");
    EXPECT_EQ(java().ask("release a"), "released");
    EXPECT_THAT(other_java().ask("acquire b semaphore:1 " + path()), StartsWith("granted"));
    EXPECT_EQ(other_java().ask("release b"), "released");
}

TEST_F(PeerTest, LatchHasOneLeader) {
    EXPECT_EQ(java().ask("latch a " + path() + " alice"), "started");
    const std::string leads = java().ask("await x a");
    EXPECT_EQ(leads, "leads " + path() + "/" + nodes(path()).at(0));
    EXPECT_EQ(other_java().ask("latch b " + path() + " bob"), "started");
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_EQ(other_java().ask("await y b 200"), "timeout");
    EXPECT_EQ(other_java().ask("leader b"), "leader false");
    EXPECT_EQ(other_java().ask("participants b"), "participants alice* bob");
    other_java().send("await y b");
    EXPECT_EQ(java().ask("leader a"), "leader true");
    EXPECT_EQ(java().ask("close a"), "closed");
    EXPECT_THAT(other_java().answer("y"), StartsWith("leads " + path() + "/_c_"));
    EXPECT_EQ(other_java().ask("leader b"), "leader true");
    EXPECT_EQ(other_java().ask("participants b"), "participants bob*");
    EXPECT_EQ(other_java().ask("close b"), "closed");
}

TEST_F(PeerTest, BarrierHoldsBackUntilItIsRemoved) {
    peer_process waiter(
        curator());  // Curator leaves a watch behind for as long as its session lasts (CURATOR-654)
    EXPECT_EQ(waiter.ask("barrier-wait b " + path()), "passed");  // there is none
    EXPECT_EQ(java().ask("barrier-set a " + path()), "set");
    EXPECT_EQ(waiter.ask("barrier-wait b " + path() + " 200"), "timeout");
    waiter.send("barrier-wait b " + path());
    EXPECT_TRUE(waiter.silent("b"));
    EXPECT_EQ(java().ask("barrier-remove a " + path()), "removed");
    EXPECT_EQ(waiter.answer("b"), "passed");
}

TEST_F(PeerTest, ContendersEndWhenTheyAreTold) {
    const std::string rest = " " + path() + " 1000000 0 " + guard_.file().string();
    java().send("contend java1.1 read" + rest);
    java().send("contend java1.2 write" + rest);
    other_java().send("contend java2.1 write" + rest);
    EXPECT_TRUE(eventually([&] { return judge(guard_.events()).hand_overs >= 20; }));
    for (const std::string id : {"java1.1", "java1.2"}) {
        java().send("enough " + id);
        EXPECT_THAT(java().answer(id), StartsWith("contended "));
    }
    other_java().send("enough java2.1");
    EXPECT_THAT(other_java().answer("java2.1"), StartsWith("contended "));
    EXPECT_THAT(judge(guard_.events()).overlaps, IsEmpty());
}

TEST_F(PeerTest, MistakesAreAnswered) {
    EXPECT_THAT(java().ask("release nothing"), StartsWith("error java.lang.NullPointerException"));
    EXPECT_THAT(java().ask("acquire a umbrella " + path()), StartsWith("error java.lang.IllegalArgument"));
    EXPECT_THAT(java().ask("ponder a"), StartsWith("error java.lang.IllegalArgument"));
}

TEST_F(PeerTest, WhoIsKilledFailsToAnswer) {
    peer_process victim(curator());
    EXPECT_THAT(victim.ask("acquire a mutex " + path()), StartsWith("granted"));
    java().send("acquire a mutex " + path());
    ASSERT_TRUE(has_nodes(path(), 2));
    victim.kill();
    EXPECT_THROW(victim.answer("a"), peer_failure);
    EXPECT_TRUE(expire(victim.session_id()));
    EXPECT_THAT(java().answer("a"), StartsWith("granted"));
    EXPECT_EQ(java().ask("release a"), "released");
}

}  // namespace
}  // namespace paddock::testing
