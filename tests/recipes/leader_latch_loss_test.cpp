// The leader latch when connections, sessions and nodes go. Names are those of Curator's TestLeaderLatch scenarios.
#include <algorithm>

#include "tests/recipes/leader_fixture.hpp"

namespace paddock::testing {
namespace {

using LeaderLatchLoss = LeaderTest;

client_options strict_client() {
    client_options options = core_rig::three_seconds();
    options.on_loss = loss_policy::strict;
    return options;
}

// Four outages within one session are no change under the grace policy.
TEST_F(LeaderLatchLoss, WithCircuitBreaker) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    const auto term = *leading.latch->term();
    for (int outage = 0; outage < 4; ++outage) {
        ensemble.cut(one.number());
        ASSERT_TRUE(run_until([&] { return one.state() == session_state::suspended; }));
        EXPECT_TRUE(leading.leads()) << "a suspect term is a term";
        ASSERT_TRUE(run_until([&] { return one.state() == session_state::connected; }));
        world.advance(200ms);
    }
    EXPECT_EQ(leading.told.size(), 1u);
    EXPECT_EQ(leading.latch->term()->token, term.token);
    EXPECT_FALSE(term.ended.stop_requested());
}

TEST_F(LeaderLatchLoss, SessionErrorPolicy) {
    core_client& one = connected_client(strict_client());
    candidate& leading = add_leader(one);
    const auto term = *leading.latch->term();
    ensemble.cut(one.number());
    ASSERT_TRUE(run_until([&] { return one.state() != session_state::connected; }));
    EXPECT_FALSE(leading.leads());
    ASSERT_TRUE(run_until([&] { return leading.told.size() == 2; }));
    EXPECT_TRUE(term.ended.stop_requested());
    ASSERT_TRUE(run_until([&] { return leading.leads(); }));
    EXPECT_GT(leading.latch->term()->token, term.token) << "a term that has ended began again";
    EXPECT_TRUE(run_until([&] { return nodes() == 1; }));
}

// The term is over, its node not yet: the session lives.
TEST_F(LeaderLatchLoss, CloseWaitsForTheNodeOfATermThatStrictnessEnded) {
    core_client& one = connected_client(strict_client());
    candidate& leading = add_leader(one);
    ensemble.cut(one.number());
    ASSERT_TRUE(run_until([&] { return leading.told.size() == 2; }));
    std::optional<std::size_t> left;
    leading.latch->async_close(close_mode::silent, [&](error_code) { left = nodes(); });
    ASSERT_TRUE(run_until([&] { return left.has_value(); }));
    EXPECT_EQ(left, 0u);
}

// A pause that the connection outlives, since an answer was on its way: for a while what is granted may already be over.
TEST_F(LeaderLatchLoss, ATermThatIsLostAtBirthIsNotFollowedByTheNextAtOnce) {
    core_client& one = connected_client(strict_client());
    candidate& leading = add_leader(one);
    bool frozen = false;
    ensemble.after_next(request_kind::multi, [&] {
        one.process.freeze();
        frozen = true;
    });
    ASSERT_TRUE(run_until([&] { return frozen; }));
    world.advance(2200ms);
    one.process.thaw();
    const auto before = writes(one);
    world.advance(2s);
    EXPECT_TRUE(leading.leads());
    EXPECT_EQ(nodes(), 1u);
    EXPECT_LE(writes(one) - before, 30u);
}

// The same outage, both policies, each told what it is promised.
TEST_F(LeaderLatchLoss, ErrorPolicies) {
    for (const bool strict : {false, true}) {
        core_client& one = connected_client(strict ? strict_client() : three_seconds());
        candidate& leading = add_leader(one);
        ensemble.stall(true, one.number());
        world.advance(2500ms);  // two thirds of the timeout, and then some
        EXPECT_EQ(leading.told.size(), strict ? 2u : 1u);
        ensemble.stall(false);
        ASSERT_TRUE(run_until([&] { return one.state() == session_state::connected && leading.leads(); }));
        close(leading);
    }
}

TEST_F(LeaderLatchLoss, LostConnection) {
    std::vector<core_client*> by;
    for (int i = 0; i < 10; ++i) by.push_back(&connected_client());
    for (core_client* const one : by) add_started(*one);
    ASSERT_TRUE(run_until([&] { return nodes() == 10 && leaders() == 1; }));
    ensemble.power(false);
    world.advance(3100ms);
    EXPECT_EQ(leaders(), 0u) << "a term outlives a timeout without contact";
    ensemble.power(true);
    ASSERT_TRUE(run_until([&] { return leaders() == 1 && nodes() == 10; }, 60s));
    world.advance(5s);
    EXPECT_EQ(leaders(), 1u);
    for (const candidate& one : candidates) (void)one.terms();
}

TEST_F(LeaderLatchLoss, SessionInterruptionDoNotCauseBrainSplit) {
    core_client& one = connected_client();
    candidate& old = add_leader(one);
    candidate& next = add_waiting(connected_client());
    const auto lost = *old.latch->term();
    ensemble.expire_session(one.session_id());
    ASSERT_TRUE(run_until([&] { return next.leads(); }));
    ASSERT_TRUE(run_until([&] { return nodes() == 2; }, 20s)) << "who was lost competes again";
    world.advance(1s);
    EXPECT_FALSE(old.leads());
    EXPECT_TRUE(lost.ended.stop_requested());
    EXPECT_GT(next.latch->term()->token, lost.token);
    step_down(next, after_term::stop);
    ASSERT_TRUE(run_until([&] { return old.leads(); }));
    EXPECT_NE(node_of(old), lost.node) << "the old session's node was taken up again";
    EXPECT_EQ(old.terms(), 2u);
}

// The predecessor goes while its watcher is away.
TEST_F(LeaderLatchLoss, WatchedNodeDeletedOnReconnect) {
    candidate& leading = add_leader(connected_client());
    core_client& two = connected_client();
    candidate& next = add_waiting(two);
    const auto names = ensemble.children(directory);
    ensemble.cut(two.number());
    ensemble.remove_by_operator(node_of(leading));
    ASSERT_TRUE(run_until([&] { return next.leads(); }));
    EXPECT_NE(std::ranges::find(names, node_of(next).substr(std::string(directory).size() + 1)), names.end())
        << "it left its place";
    ASSERT_TRUE(run_until([&] { return nodes() == 2; }));
    EXPECT_FALSE(leading.leads());
}

TEST_F(LeaderLatchLoss, LeadershipElectionWhenNodeDisappearsAfterChildrenAreRetrieved) {
    candidate& leading = add_leader(connected_client());
    const std::string node = node_of(leading);
    core_client& two = connected_client();
    request_filter watch;
    watch.path_part = node;
    ensemble.before_next(
        request_kind::get, [&] { ensemble.remove_by_operator(node); }, watch);
    candidate& next = add_started(two);
    ASSERT_TRUE(run_until([&] { return next.leads(); }));
    ASSERT_TRUE(run_until([&] { return nodes() == 2; }));
    EXPECT_EQ(leaders(), 1u);
}

// Both latches lose their nodes at once, and cross on their way back.
TEST_F(LeaderLatchLoss, ResettingOfLeadershipAfterConcurrentLeadershipChange) {
    candidate& one = add_leader(connected_client());
    candidate& two = add_waiting(connected_client());
    for (int round = 0; round < 5; ++round) {
        for (const std::string& name : ensemble.children(directory))
            ensemble.remove_by_operator(std::string(directory) + "/" + name);
        ASSERT_TRUE(run_until([&] { return nodes() == 2 && leaders() == 1; }));
        world.advance(100ms);
        EXPECT_EQ(leaders(), 1u);
        EXPECT_EQ(nodes(), 2u);
    }
    EXPECT_GE(one.terms() + two.terms(), 6u);
}

TEST_F(LeaderLatchLoss, ResetRace) {
    candidate& leading = add_leader(connected_client());
    for (int i = 0; i < 20; ++i) {
        for (const std::string& name : ensemble.children(directory))
            ensemble.remove_by_operator(std::string(directory) + "/" + name);
        world.advance(std::chrono::microseconds(300 * i));
    }
    ASSERT_TRUE(run_until([&] { return leading.leads() && nodes() == 1; }));
    world.advance(1s);
    EXPECT_EQ(nodes(), 1u) << "two campaigns at once";
}

// The directory goes between the create and the listing (CURATOR-724, hazard F12).
TEST_F(LeaderLatchLoss, GetChildrenHitsNoNode) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    const auto wipe = [&] {
        for (const std::string& name : ensemble.children(directory))
            ensemble.remove_by_operator(std::string(directory) + "/" + name);
        ensemble.remove_by_operator(directory);
    };
    ensemble.before_next(request_kind::children, wipe);
    wipe();
    ASSERT_TRUE(run_until([&] { return leading.terms() == 2 && leading.leads(); }));
    EXPECT_EQ(nodes(), 1u);
}

// A campaign that fails is tried again until it succeeds (hazard F11).
TEST_F(LeaderLatchLoss, NeverDropsOut) {
    ensemble.deny([](request_kind kind, const std::string&) { return kind == request_kind::create; });
    candidate& barred = add_started(connected_client());
    ASSERT_TRUE(run_until([&] { return barred.latch->state() == candidate_state::failing; }));
    EXPECT_EQ(barred.latch->failure(), make_error_code(server_errc::no_auth));
    const auto before = ensemble.requests(request_kind::create);
    world.advance(600s);
    EXPECT_EQ(barred.latch->state(), candidate_state::failing);
    const auto tried = ensemble.requests(request_kind::create) - before;
    EXPECT_GE(tried, 10u) << "longer than a minute between two tries";
    EXPECT_LE(tried, 200u) << "tried without patience";
    ensemble.deny({});
    ASSERT_TRUE(run_until([&] { return barred.leads(); }, 61s));
    EXPECT_EQ(barred.latch->failure(), error_code());
}

TEST_F(LeaderLatchLoss, AFailingLatchStopsAtOnce) {
    ensemble.deny([](request_kind kind, const std::string&) { return kind == request_kind::create; });
    candidate& barred = add_started(connected_client());
    ASSERT_TRUE(run_until([&] { return barred.latch->state() == candidate_state::failing; }));
    world.advance(120s);
    const auto begun = world.now();
    close(barred);
    EXPECT_LT(world.now() - begun, 100ms);
}

TEST_F(LeaderLatchLoss, AnExhaustedDirectoryIsFailing) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    close(leading);
    ensemble.set_create_count(directory, 2'147'000'001);
    candidate& late = add_started(one);
    ASSERT_TRUE(
        run_until([&] { return late.latch->failure() == make_error_code(errc::sequence_exhausted); }));
    EXPECT_EQ(late.latch->state(), candidate_state::failing);
    ASSERT_TRUE(run_until([&] { return nodes() == 0; }));
    ensemble.remove_by_operator(directory);
    EXPECT_TRUE(run_until([&] { return late.leads(); }, 61s));
}

TEST_F(LeaderLatchLoss, JudgedAgainstTheClockAtTheCall) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    one.process.freeze();
    world.advance(4s);
    one.process.thaw();
    EXPECT_FALSE(leading.leads()) << "believes that it leads after a pause of more than its timeout";
    EXPECT_FALSE(leading.latch->term().has_value());
    ASSERT_TRUE(run_until([&] { return leading.leads(); }, 30s));
    EXPECT_EQ(leading.terms(), 2u);
}

TEST_F(LeaderLatchLoss, ClosedClientEndsTheTerm) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    candidate& next = add_waiting(connected_client());
    const auto waits = await(next);
    one.close();
    ASSERT_TRUE(run_until([&] { return one.closed && leading.told.size() == 2; }));
    EXPECT_FALSE(leading.leads());
    EXPECT_EQ(leading.latch->state(), candidate_state::idle);
    EXPECT_EQ(leading.latch->failure(), make_error_code(errc::client_closed));
    EXPECT_TRUE(run_until([&] { return waits->done(); }));
}

class LeaderLatchCluster : public LeaderTest {
protected:
    LeaderLatchCluster() : LeaderTest(three()) {}
    static ensemble_options three() {
        ensemble_options options;
        options.quorum = three_servers;
        return options;
    }
};

TEST_F(LeaderLatchCluster, InCluster) {
    core_client& one = connected_client();
    candidate& leading = add_leader(one);
    candidate& next = add_waiting(connected_client());
    const auto at = ensemble.server_of(one.number());
    ASSERT_TRUE(at.has_value());
    ensemble.servers().kill(*at);
    world.advance(30s);
    EXPECT_EQ(leaders(), 1u);
    ensemble.servers().restart(*at);
    ASSERT_TRUE(run_until([&] { return leaders() == 1 && nodes() == 2; }, 60s));
    EXPECT_GE(leading.terms() + next.terms(), 1u);
}

// Curator's: a latch that may create in the directory but not the directory is an error that one can see (CURATOR-365).
TEST_F(LeaderLatchLoss, AclErrorWithLeader) {
    ensemble.create_by_operator("/election");
    ensemble.deny([](request_kind kind, const std::string& path) {
        return kind == request_kind::create && path.starts_with("/election/");
    });
    candidate& barred = add_started(connected_client());
    ASSERT_TRUE(run_until([&] { return barred.latch->state() == candidate_state::failing; }));
    EXPECT_EQ(barred.latch->failure(), make_error_code(server_errc::no_auth));
    ensemble.deny({});
    EXPECT_TRUE(run_until([&] { return barred.leads(); }, 61s));
}

}  // namespace
}  // namespace paddock::testing
