// The session's own judgement of its life, in virtual time.
#include <gtest/gtest.h>

#include "core/session/session_clock.hpp"
#include "tests/sim/virtual_environment.hpp"

namespace paddock::detail {
namespace {

using namespace std::chrono_literals;

class SessionClock : public ::testing::Test {
protected:
    static lease_timing timing(bool quorum_checks = true, bool strict = false) {
        lease_timing made;
        made.timeout = 8s;
        made.heartbeat = 2s;
        made.quorum_checks = quorum_checks;
        made.strict = strict;
        return made;
    }
    void connect(lease_timing with = timing()) { clock.connected(world.now(), with); }
    /// A lease granted on the present connection.
    lease_mark fresh() {
        lease_mark made;
        made.verified_on = clock.epoch();
        return made;
    }

    paddock::testing::virtual_environment world;
    session_clock clock{world};
};

TEST_F(SessionClock, NothingExpiresBeforeTheFirstConnection) {
    world.advance(1h);
    EXPECT_FALSE(clock.check_expired());
    EXPECT_EQ(clock.epoch(), 0u);
}

TEST_F(SessionClock, LostOneTimeoutAfterTheLastContact) {
    connect();
    world.advance(5s);
    clock.contact(world.now());
    world.advance(8s - 1ns);
    EXPECT_FALSE(clock.check_expired());
    world.advance(1ns);
    EXPECT_TRUE(clock.check_expired());
}

TEST_F(SessionClock, LateContactRevivesNothing) {
    connect();
    lease_mark mark = fresh();
    world.advance(8s);
    EXPECT_EQ(clock.judge(mark), lease_state::lost);
    clock.contact(world.now());
    clock.quorum_contact(world.now(), world.now());
    connect();
    EXPECT_EQ(clock.judge(mark), lease_state::lost);
    EXPECT_TRUE(clock.check_expired());
    EXPECT_EQ(clock.reason(mark), loss_reason::no_contact);
}

TEST_F(SessionClock, OldContactDoesNotTurnTimeBack) {
    connect();
    const auto early = world.now();
    world.advance(3s);
    clock.quorum_contact(world.now(), world.now());
    const auto lost_at = clock.lost_at();
    clock.contact(early);
    clock.quorum_contact(early, early);
    EXPECT_EQ(clock.lost_at(), lost_at);
}

// A write says no more of the session than what the leader had been told of it by then.
TEST_F(SessionClock, QuorumContactIsWorthWhatTheLeaderKnew) {
    connect();
    lease_mark mark = fresh();
    const auto heard = world.now();
    world.advance(5s);
    clock.quorum_contact(world.now(), heard);
    EXPECT_EQ(clock.remaining(mark), 3s);
    clock.quorum_contact(world.now() + 1ns, world.now());
    EXPECT_EQ(clock.remaining(mark), 8s);
}

TEST_F(SessionClock, SuspectWithoutQuorumContact) {
    connect();
    lease_mark mark = fresh();
    EXPECT_EQ(clock.remaining(mark), 8s);
    world.advance(8s - 1ns);
    clock.contact(world.now());  // reads prove nothing
    EXPECT_EQ(clock.judge(mark), lease_state::held);
    world.advance(1ns);
    EXPECT_EQ(clock.judge(mark), lease_state::suspect);
    EXPECT_EQ(clock.remaining(mark), 0s);
    EXPECT_EQ(clock.reason(mark), loss_reason::none);
    clock.quorum_contact(world.now(), world.now() - 1s);
    EXPECT_EQ(clock.judge(mark), lease_state::held);
    EXPECT_EQ(clock.remaining(mark), 7s);
}

TEST_F(SessionClock, WithoutQuorumChecksAnyContactHolds) {
    connect(timing(false));
    lease_mark mark = fresh();
    world.advance(7s);
    EXPECT_EQ(clock.judge(mark), lease_state::held);
    EXPECT_EQ(clock.remaining(mark), 1s);
    clock.contact(world.now());
    world.advance(7s);
    EXPECT_EQ(clock.judge(mark), lease_state::held);
    EXPECT_EQ(clock.remaining(mark), 0s) << "but nothing is proved";
    world.advance(1s);
    EXPECT_EQ(clock.judge(mark), lease_state::lost);
}

TEST_F(SessionClock, SuspectWhileDisconnectedAndUntilVerifiedAgain) {
    connect();
    lease_mark mark = fresh();
    clock.disconnected();
    EXPECT_EQ(clock.judge(mark), lease_state::suspect);
    connect();
    EXPECT_EQ(clock.epoch(), 2u);
    EXPECT_EQ(clock.judge(mark), lease_state::suspect);
    clock.verify(mark, 1);  // an answer from the old connection
    EXPECT_EQ(clock.judge(mark), lease_state::suspect);
    clock.verify(mark, 2);
    EXPECT_EQ(clock.judge(mark), lease_state::held);
}

TEST_F(SessionClock, ReattachingIsNoQuorumContact) {
    connect();
    lease_mark mark = fresh();
    world.advance(3s);
    clock.disconnected();
    connect();
    EXPECT_EQ(clock.remaining(mark), 5s);
    EXPECT_FALSE(clock.freshly_confirmed());
    EXPECT_EQ(clock.lost_at(), world.now() + 8s) << "but it is a contact";
}

TEST_F(SessionClock, StrictLosesWhatIsSuspectForGood) {
    connect(timing(true, true));
    lease_mark mark = fresh();
    clock.disconnected();
    EXPECT_EQ(clock.judge(mark), lease_state::lost);
    EXPECT_EQ(clock.reason(mark), loss_reason::suspect);
    connect(timing(true, true));
    clock.verify(mark, 2);
    EXPECT_EQ(clock.judge(mark), lease_state::lost);
    lease_mark other;
    other.verified_on = 2;
    EXPECT_EQ(clock.judge(other), lease_state::held) << "the session itself lives";
}

TEST_F(SessionClock, FirstReasonStays) {
    connect();
    lease_mark deleted = fresh();
    lease_mark other = fresh();
    clock.lose(deleted, loss_reason::node_deleted);
    clock.lose(deleted, loss_reason::suspect);
    clock.end(loss_reason::session_expired);
    clock.end(loss_reason::client_closed);
    EXPECT_EQ(clock.reason(deleted), loss_reason::node_deleted);
    EXPECT_EQ(clock.reason(other), loss_reason::session_expired);
    EXPECT_EQ(clock.remaining(other), 0s);
}

TEST_F(SessionClock, FreshlyConfirmedForOneHeartbeat) {
    EXPECT_FALSE(clock.freshly_confirmed());
    connect();
    world.advance(2s - 1ns);
    EXPECT_TRUE(clock.freshly_confirmed());
    world.advance(1ns);
    EXPECT_FALSE(clock.freshly_confirmed());
    clock.quorum_contact(world.now(), world.now());
    EXPECT_TRUE(clock.freshly_confirmed());
    clock.disconnected();
    EXPECT_FALSE(clock.freshly_confirmed());
}

// What it wrote first thing after a pause is no proof that it lives when the leader has not heard of it otherwise.
TEST_F(SessionClock, NotFreshlyConfirmedPastTheBound) {
    connect();
    world.advance(7s);
    clock.quorum_contact(world.now(), world.now() - 7s);
    EXPECT_TRUE(clock.freshly_confirmed());
    world.advance(1s);
    EXPECT_FALSE(clock.freshly_confirmed());
    clock.quorum_contact(world.now(), world.now() - 1s);
    EXPECT_TRUE(clock.freshly_confirmed());
}

TEST_F(SessionClock, NegotiatedTimingCountsFromItsConnection) {
    connect();
    lease_timing shorter = timing();
    shorter.timeout = 4s;
    shorter.heartbeat = 1s;
    clock.disconnected();
    connect(shorter);
    EXPECT_EQ(clock.lost_at(), world.now() + 4s);
    EXPECT_EQ(clock.suspect_at(), world.now() + 4s);
    world.advance(1s);
    clock.disconnected();
    connect();
    EXPECT_EQ(clock.suspect_at(), world.now() + 3s) << "the leader may know of the shorter one only";
    clock.quorum_contact(world.now(), world.now());
    EXPECT_EQ(clock.suspect_at(), world.now() + 8s);
}

}  // namespace
}  // namespace paddock::detail
