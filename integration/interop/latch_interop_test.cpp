#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "integration/interop/interop_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::StartsWith;

class LatchInteropTest : public CuratorTest {
protected:
    // A leader's record outlives it, which the fixture takes for somebody's data.
    void TearDown() override {
        ask([this](raw_client& raw) { return raw.set_data(path(), ""); });
        CuratorTest::TearDown();
    }

    [[nodiscard]] leader_latch candidate(client& zk, const std::string& id) const {
        leader_options chosen;
        chosen.id = id;
        return leader_latch(zk, path(), chosen);
    }
    /// A Curator has answered that it leads with the first node of the queue.
    void expect_leader(const std::string& answer) {
        EXPECT_EQ(answer, "leads " + path() + "/" + nodes(path()).at(0));
    }
};

TEST_F(LatchInteropTest, BothSidesSeeTheSameLeaderAndParticipants) {
    client zk(options());
    leader_latch ours = candidate(zk, "olga");
    ours.start();
    const leader_term term = ours.await();
    EXPECT_EQ(java().ask("latch a " + path() + " alice"), "started");
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_EQ(java().ask("participants a"), "participants olga* alice");
    EXPECT_EQ(java().ask("leader a"), "leader false");
    EXPECT_EQ(java().ask("await x a 200"), "timeout");

    const std::vector<leader_candidate> seen = ours.participants();
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].id, "olga");
    EXPECT_EQ(seen[0].token, term.token);
    EXPECT_TRUE(seen[0].leads);
    EXPECT_EQ(seen[1].id, "alice");
    EXPECT_EQ(seen[1].session_id, java().session_id());
    EXPECT_FALSE(seen[1].leads);

    ours.publish("10.0.0.1:80");  // into the data of the directory, which Curator ignores
    EXPECT_EQ(ours.resign(after_term::stop), release_result::confirmed);
    expect_leader(java().ask("await x a"));
    EXPECT_EQ(java().ask("participants a"), "participants alice*");
    const auto now = ours.leader();
    ASSERT_TRUE(now);
    EXPECT_EQ(now->id, "alice");
    EXPECT_GT(now->token, term.token);
    EXPECT_EQ(java().ask("close a"), "closed");
}

TEST_F(LatchInteropTest, LeadershipIsHandedOverBothWaysInOneQueue) {
    client zk(options());
    client other(options());
    EXPECT_EQ(java().ask("latch a " + path() + " alice"), "started");
    expect_leader(java().ask("await x a"));
    leader_latch one = candidate(zk, "one");
    one.start();
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_EQ(other_java().ask("latch b " + path() + " bob"), "started");
    ASSERT_TRUE(has_nodes(path(), 3));
    leader_latch two = candidate(other, "two");
    two.start();
    ASSERT_TRUE(has_nodes(path(), 4));
    EXPECT_EQ(java().ask("participants a"), "participants alice* one bob two");
    EXPECT_EQ(one.await_for(200ms), std::nullopt);

    EXPECT_EQ(java().ask("close a"), "closed");
    const leader_term first = one.await();
    EXPECT_EQ(first.node, path() + "/" + nodes(path()).at(0));
    EXPECT_EQ(other_java().ask("leader b"), "leader false");
    EXPECT_FALSE(two.leads());

    EXPECT_EQ(one.resign(), release_result::confirmed);  // and joins again, behind the others
    expect_leader(other_java().ask("await y b"));
    EXPECT_TRUE(first.ended.stop_requested());
    EXPECT_FALSE(one.leads() || two.leads());
    ASSERT_TRUE(has_nodes(path(), 3));
    EXPECT_EQ(other_java().ask("participants b"), "participants bob* two one");

    EXPECT_EQ(other_java().ask("close b"), "closed");
    EXPECT_GT(two.await().token, first.token);
    EXPECT_FALSE(one.leads());
    two.close();
    const leader_term last = one.await();
    EXPECT_EQ(last.node, path() + "/" + nodes(path()).at(0));
}

// It cannot say that it is ready, so it leads when the limit has passed.
TEST_F(LatchInteropTest, CuratorIsAnHeirWithoutPreparation) {
    client zk(options());
    leader_latch ours = candidate(zk, "olga");
    ours.start();
    ours.await();
    EXPECT_EQ(java().ask("latch a " + path() + " alice"), "started");
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_EQ(ours.hand_over(200ms, after_term::stop), hand_over_result::unprepared);
    expect_leader(java().ask("await x a"));
    EXPECT_FALSE(ours.leads());
    EXPECT_EQ(java().ask("close a"), "closed");
}

TEST_F(LatchInteropTest, DeadLeadersOfEitherSideAreSucceeded) {
    peer_process victim(curator(4s));
    client zk(options());
    EXPECT_EQ(victim.ask("latch v " + path() + " victor"), "started");
    EXPECT_THAT(victim.ask("await x v"), StartsWith("leads "));
    leader_latch ours = candidate(zk, "olga");
    ours.start();
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_EQ(java().ask("latch a " + path() + " alice"), "started");
    ASSERT_TRUE(has_nodes(path(), 3));
    victim.kill();
    const auto term = ours.await_for(30s);
    ASSERT_TRUE(term);
    EXPECT_EQ(java().ask("leader a"), "leader false");

    ASSERT_TRUE(expire(zk.session_id()));
    expect_leader(java().ask("await x a"));
    EXPECT_TRUE(eventually([&] { return term->ended.stop_requested(); }));
    ASSERT_TRUE(has_nodes(path(), 2));
    EXPECT_EQ(java().ask("participants a"), "participants alice* olga");
    EXPECT_FALSE(ours.leads());
    EXPECT_EQ(java().ask("close a"), "closed");
    EXPECT_TRUE(ours.await_for(10s).has_value());
}

}  // namespace
}  // namespace paddock::testing
