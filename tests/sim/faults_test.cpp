// Connections and faults of the simulated ensemble, seen through the seam.
#include "tests/support/seam_fixture.hpp"

namespace paddock::testing {
namespace {

using Faults = SeamTest;

TEST_F(Faults, CutAnswersEverythingInOrderAfterTheEvent) {
    const auto user = connected();
    user->create("/a");
    user->exists("/a");
    world.advance(1ms);  // the servers have them, the replies are on the way
    user->create("/b");
    ensemble.cut();
    EXPECT_TRUE(user->log.empty());
    world.settle();
    EXPECT_EQ(user->news(),
              (lines{"disconnected", "create 5 unknown", "exists 5 unknown", "create 5 unknown"}));
    world.advance(1s);
    EXPECT_EQ(user->news(), lines{"connected"});
    EXPECT_EQ(ensemble.paths(), lines{"/a"});
}

TEST_F(Faults, CutAfterArrivalLosesOnlyReplies) {
    const auto user = connected();
    user->create("/a");
    ensemble.cut(every_handle, cut_position::after_arrival);
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"disconnected", "create 5 unknown", "connected"}));
    EXPECT_EQ(ensemble.paths(), lines{"/a"});
}

TEST_F(Faults, RequestBetweenTheCutAndItsNoticeIsUnknown) {
    const auto user = connected();
    ensemble.cut();
    user->create("/a");
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"disconnected", "create 5 unknown", "connected"}));
    EXPECT_EQ(ensemble.node_count(), 0u);
}

TEST_F(Faults, CutOfOneHandleLeavesTheOthers) {
    const auto one = connected();
    const auto two = connected();
    ensemble.cut(2);
    world.advance(1s);
    EXPECT_TRUE(one->news().empty());
    EXPECT_EQ(two->news(), (lines{"disconnected", "connected"}));
}

TEST_F(Faults, SessionSurvivesACutWithItsEphemerals) {
    const auto user = connected();
    user->create("/e", create_mode::ephemeral);
    world.advance(2ms);
    const auto id = user->session;
    user->news();
    ensemble.cut();
    world.advance(1s);
    EXPECT_EQ(user->session, id);
    EXPECT_TRUE(ensemble.node("/e"));
}

struct position_case {
    const char* name;
    fault_position where;
    bool committed;
    bool next_committed;
    std::vector<std::string> told;
    friend std::ostream& operator<<(std::ostream& os, const position_case& c) { return os << c.name; }
};
class FaultPosition : public SeamTest, public ::testing::WithParamInterface<position_case> {};
TEST_P(FaultPosition, LosesTheRequestOrItsReply) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/before"));
    ensemble.fail_next(request_kind::create, GetParam().where);
    user->exists("/before");
    user->create("/a");
    user->create("/behind");
    world.advance(5ms);
    EXPECT_EQ(user->news(), GetParam().told);
    EXPECT_EQ(ensemble.node("/a").has_value(), GetParam().committed);
    EXPECT_EQ(ensemble.node("/behind").has_value(), GetParam().next_committed);
    EXPECT_EQ(ensemble.planned(), 0u);
    world.advance(1s);
    EXPECT_EQ(user->news(), lines{"connected"});
}
INSTANTIATE_TEST_SUITE_P(
    Table, FaultPosition,
    ::testing::Values(position_case{"BeforeSend",
                                    fault_position::before_send,
                                    false,
                                    false,
                                    {"disconnected", "exists 5 unknown", "create 5 unknown",
                                     "create 5 unknown"}},
                      position_case{"BeforeCommit",
                                    fault_position::before_commit,
                                    false,
                                    false,
                                    {"exists ok", "disconnected", "create 5 unknown", "create 5 unknown"}},
                      position_case{"Forwarded",
                                    fault_position::forwarded,
                                    true,
                                    false,
                                    {"exists ok", "disconnected", "create 5 unknown", "create 5 unknown"}},
                      position_case{"AfterCommit",
                                    fault_position::after_commit,
                                    true,
                                    false,
                                    {"exists ok", "disconnected", "create 5 unknown", "create 5 unknown"}},
                      position_case{"OnReply",
                                    fault_position::on_reply,
                                    true,
                                    true,
                                    {"exists ok", "disconnected", "create 5 unknown", "create 5 unknown"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(Faults, RulesMeetWhatTheirFilterNames) {
    const auto one = connected();
    const auto two = connected();
    ensemble.fail_next(request_kind::create, fault_position::after_commit,
                       {.who = 2, .skip = 1, .path_part = "hit"});
    one->create("/hit-one");
    two->create("/hit-first");
    two->create("/miss");
    two->create("/hit-second");
    world.advance(5ms);
    EXPECT_EQ(one->news(), lines{"create ok /hit-one"});
    EXPECT_EQ(two->news(),
              (lines{"create ok /hit-first", "create ok /miss", "disconnected", "create 5 unknown"}));
    EXPECT_TRUE(ensemble.node("/hit-second"));
}

TEST_F(Faults, PlannedAnswerReplacesTheExecution) {
    const auto user = connected();
    ensemble.answer_next(request_kind::create, server_errc::throttled);
    user->create("/a");
    user->create("/a");
    world.advance(5ms);
    EXPECT_EQ(user->news(), (lines{"create -127", "create ok /a"}));
}

TEST_F(Faults, HooksRunAroundTheExecution) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    ensemble.before_next(request_kind::get, [&] { EXPECT_FALSE(ensemble.remove_by_operator("/a")); });
    ensemble.after_next(request_kind::create, [&] { EXPECT_FALSE(ensemble.remove_by_operator("/b")); });
    user->get("/a", true);
    user->create("/b");
    world.advance(5ms);
    EXPECT_EQ(user->news(), (lines{"get -101", "create ok /b"}));
    EXPECT_EQ(ensemble.node_count(), 0u);
}

TEST_F(Faults, HookMayEndTheSession) {
    const auto user = connected();
    ensemble.before_next(request_kind::create, [&] { ensemble.expire_session(user->session); });
    user->create("/e", create_mode::ephemeral);
    world.advance(1s);
    EXPECT_TRUE(user->ended);
    EXPECT_EQ(ensemble.node_count(), 0u);
}

TEST_F(Faults, RefusedConnectionsAreTriedAgain) {
    ensemble.refuse_connections(true);
    seam_user user(world, 3s);
    world.advance(1min);
    EXPECT_TRUE(user.log.empty());
    EXPECT_GT(ensemble.requests(request_kind::connect), 60u);
    ensemble.refuse_connections(false);
    world.advance(1s);
    EXPECT_EQ(user.news(), lines{"connected"});
}

TEST_F(Faults, ReconnectTakesItsDelay) {
    ensemble.options().reconnect_delay = 500ms;
    const auto user = connected();
    ensemble.cut();
    world.advance(501ms);
    EXPECT_EQ(user->news(), lines{"disconnected"});
    world.advance(1ms);
    EXPECT_EQ(user->news(), lines{"connected"});
}

TEST_F(Faults, StalledConnectionStaysUntilTheReceiveLimit) {
    const auto user = connected(3s);
    user->exists("/");
    world.advance(2ms);
    const auto last_heard = world.now();
    ensemble.stall(true);
    user->create("/a");
    user->news();
    world.advance(last_heard + 2s - world.now() - 1ns);
    EXPECT_TRUE(user->news().empty());
    world.advance(1ns);
    EXPECT_EQ(user->news(), (lines{"disconnected", "create 5 unknown"}));
    world.advance(10s);
    EXPECT_TRUE(user->news().empty());
    EXPECT_TRUE(ensemble.sessions().empty());  // expired meanwhile
    ensemble.stall(false);
    world.advance(2s);
    EXPECT_TRUE(user->ended);
    EXPECT_FALSE(ensemble.node("/a"));
}

TEST_F(Faults, ShortStallOnlyDelays) {
    const auto user = connected(3s);
    const auto other = connected(3s);
    ensemble.stall(true, 1);
    user->create("/a");
    user->create("/b");
    other->create("/c");
    world.advance(1s);
    EXPECT_EQ(ensemble.paths(), lines{"/c"});
    ensemble.stall(false, 1);
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"create ok /a", "create ok /b"}));
}

TEST_F(Faults, HalfOpenConnectionTakesRequestsAndGivesNoReply) {
    const auto user = connected(3s);
    ensemble.stall(true, 1, stalled_way::to_client);
    user->create("/a");
    world.advance(5ms);
    EXPECT_TRUE(ensemble.node("/a"));
    EXPECT_TRUE(user->news().empty());
    ensemble.stall(false, 1);
    world.advance(5ms);
    EXPECT_EQ(user->news(), lines{"create ok /a"});
}

TEST_F(Faults, HalfOpenConnectionDeliversWhatItsClientHasGivenUp) {
    const auto user = connected(1h);
    ensemble.stall(true, 1, stalled_way::to_server);
    user->create("/late");
    user->handle.reset();
    world.advance(1min);
    EXPECT_FALSE(ensemble.node("/late"));
    EXPECT_EQ(ensemble.connections(), 1u);
    ensemble.stall(false, 1);
    world.advance(5ms);
    EXPECT_TRUE(ensemble.node("/late"));
    EXPECT_EQ(ensemble.connections(), 0u);
}

TEST_F(Faults, UnansweredHandshakeIsGivenUp) {
    ensemble.stall(true);
    seam_user user(world, 3s);
    world.advance(10s);
    EXPECT_GT(ensemble.requests(request_kind::connect), 5u);
    ensemble.stall(false);
    world.advance(2s);
    EXPECT_EQ(user.news(), lines{"connected"});
}

TEST_F(Faults, RestartedServersGiveSessionsTheirFullTimeout) {
    const auto user = connected(3s);
    user->create("/e", create_mode::ephemeral);
    world.advance(2ms);
    user->news();
    ensemble.power(false);
    world.advance(1min);
    EXPECT_TRUE(ensemble.node("/e"));
    EXPECT_EQ(user->news(), lines{"disconnected"});
    user->handle.reset();
    ensemble.power(true);
    world.advance(2999ms);
    EXPECT_TRUE(ensemble.node("/e"));
    world.advance(1ms);
    EXPECT_FALSE(ensemble.node("/e"));
}

TEST_F(Faults, JitterKeepsTheOrder) {
    ensemble.options().jitter = 20ms;
    const auto user = connected();
    lines expected;
    for (int i = 0; i < 50; ++i) {
        user->create("/" + std::to_string(i));
        expected.push_back("create ok /" + std::to_string(i));
    }
    world.advance(100ms);
    EXPECT_EQ(user->news(), expected);
}

std::pair<std::uint64_t, std::string> random_run(std::uint64_t seed) {
    virtual_environment world(seed);
    sim_ensemble ensemble(world);
    ensemble.enable_random_faults({.lose_unsent = 0.02,
                                   .lose_request = 0.03,
                                   .lose_forwarded = 0.03,
                                   .lose_reply = 0.03,
                                   .lose_on_reply = 0.03,
                                   .cut = 0.02,
                                   .stall = 0.02,
                                   .half_open = 0.02,
                                   .refuse = 0.01,
                                   .expire = 0.01,
                                   .reap = 0.05,
                                   .longest = 3s},
                                  seed);
    std::size_t asked = 0;
    std::size_t answered = 0;
    for (int round = 0; round < 20; ++round) {
        seam_user user(world);
        for (int i = 0; i < 30; ++i) {
            ++asked;
            user.handle->create("/n-", "", create_mode::ephemeral_sequential, {acl{}},
                                [&](const detail::create_reply&) { ++answered; });
            world.advance(std::chrono::milliseconds(1 + static_cast<int>(world.random_unit() * 200)));
        }
        user.handle.reset();
        world.settle();
    }
    EXPECT_EQ(asked, answered) << ensemble.trace();
    ensemble.disable_random_faults();
    world.advance(10s);
    EXPECT_EQ(ensemble.node_count(), 0u) << ensemble.trace();
    return {ensemble.trace_hash(), ensemble.trace(10'000)};
}

TEST(RandomFaults, RepeatForTheSameSeed) {
    const auto first = random_run(3);
    EXPECT_EQ(first, random_run(3));
    EXPECT_NE(first.first, random_run(4).first);
    for (const char* word : {"cut", "expired by chance", "expired\n", "connect ok", "create /n-"})
        EXPECT_NE(first.second.find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace paddock::testing
