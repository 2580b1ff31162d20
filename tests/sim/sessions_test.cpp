// The life of sessions and handles of the simulated ensemble, seen through the seam.
#include "tests/sim/virtual_process.hpp"
#include "tests/support/seam_fixture.hpp"

namespace paddock::testing {
namespace {

using Sessions = SeamTest;

TEST_F(Sessions, HandshakeTellsIdTimeoutAndTime) {
    ensemble.options().min_timeout = 4s;
    ensemble.options().max_timeout = 40s;
    const auto before = world.now();
    const auto low = connected(1s);
    const auto high = connected(90s);
    EXPECT_EQ(low->timeout, 4s);
    EXPECT_EQ(high->timeout, 40s);
    EXPECT_EQ(low->handshake_sent, before);
    EXPECT_NE(low->session, high->session);
    EXPECT_EQ(ensemble.sessions(), (std::vector<std::int64_t>{low->session, high->session}));
    EXPECT_EQ(ensemble.session_of(2), high->session);
}

TEST_F(Sessions, IdleSessionLivesByItsPings) {
    const auto user = connected(3s);
    world.advance(1min);
    EXPECT_TRUE(user->news().empty());
    EXPECT_EQ(ensemble.sessions().size(), 1u);
    EXPECT_NEAR(static_cast<double>(ensemble.requests(request_kind::ping)), 60.0, 1.0);
}

TEST_F(Sessions, SessionExpiresInVirtualTimeAfterTheLastTouch) {
    const auto user = connected(3s);
    const auto other = connected(30s);
    user->create("/e", create_mode::ephemeral);
    world.advance(2ms);
    const auto last_touch = world.now() - 1ms;
    user->handle.reset();
    world.advance(last_touch + 3s - world.now() - 1ns);
    EXPECT_TRUE(ensemble.node("/e"));
    world.advance(1ns);
    EXPECT_FALSE(ensemble.node("/e"));
    EXPECT_EQ(ensemble.sessions(), std::vector<std::int64_t>{other->session});
}

TEST_F(Sessions, ExpiryIsRoundedUpToATick) {
    ensemble.options().tick = 2s;
    const auto user = connected(3s);
    user->handle.reset();
    const auto start = world.now();
    ASSERT_TRUE(world.run_until([&] { return ensemble.sessions().empty(); }, 1min));
    EXPECT_EQ(world.now().time_since_epoch() % 2s, 0s);
    EXPECT_GE(world.now() - start, 2900ms);
}

TEST_F(Sessions, ExpiredSessionLearnsItByReconnecting) {
    const auto user = connected();
    user->create("/e", create_mode::ephemeral);
    user->get("/e", true);
    world.advance(2ms);
    user->news();
    ensemble.expire_session(user->session);
    EXPECT_FALSE(ensemble.node("/e"));
    user->create("/late");
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"deleted /e", "disconnected", "create 5 unknown",
                                   "ended " + make_error_code(errc::session_expired).message()}));
    EXPECT_FALSE(ensemble.node("/late"));
    user->create("/later");
    world.advance(1s);
    EXPECT_EQ(user->news(), lines{"create 3 not_sent"});
    EXPECT_EQ(world.scheduled_calls(), 0u);
}

TEST_F(Sessions, EphemeralsOfASessionShareOneZxid) {
    const auto user = connected();
    const auto other = connected();
    user->create("/e", create_mode::ephemeral);
    user->create("/f", create_mode::ephemeral);
    world.advance(2ms);
    other->get("/e", true);
    other->get("/f", true);
    world.advance(2ms);
    other->news();
    const auto before = ensemble.node("/f")->czxid;
    user->handle->close({});
    world.advance(1ms);
    ASSERT_FALSE(ensemble.create_by_operator("/next"));
    EXPECT_EQ(ensemble.node("/next")->czxid, before + 2);
    world.advance(2ms);
    EXPECT_EQ(other->news(), (lines{"deleted /e", "deleted /f"}));
}

// As the C client: what is under way is answered first, while the server answers.
TEST_F(Sessions, CloseEndsTheSessionAndAnswersEverything) {
    const auto user = connected();
    user->create("/e", create_mode::ephemeral);
    user->handle->close([&] { user->log.emplace_back("closed"); });
    user->create("/f");
    EXPECT_TRUE(user->log.empty());
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"create 5 not_sent", "create ok /e", "closed"}));
    EXPECT_TRUE(ensemble.sessions().empty());
    EXPECT_EQ(ensemble.node_count(), 0u);
    EXPECT_EQ(world.scheduled_calls(), 0u);
}

TEST_F(Sessions, CloseOfASilentServerGivesUp) {
    const auto user = connected(30s);
    ensemble.stall(true);
    user->create("/e");
    user->handle->close([&] { user->log.emplace_back("closed"); });
    world.advance(1499ms);
    EXPECT_TRUE(user->log.empty());
    world.advance(1ms);
    EXPECT_EQ(user->news(), (lines{"create 5 unknown", "closed"}));
    EXPECT_EQ(ensemble.sessions().size(), 1u);
}

TEST_F(Sessions, CloseWhileDisconnectedJustLeaves) {
    ensemble.refuse_connections(true);
    seam_user user(world);
    world.advance(50ms);
    user.handle->close([&] { user.log.emplace_back("closed"); });
    EXPECT_TRUE(user.log.empty());
    world.settle();
    EXPECT_EQ(user.news(), lines{"closed"});
    EXPECT_EQ(world.scheduled_calls(), 0u);
}

TEST_F(Sessions, CloseThenDestroyStillCallsDone) {
    auto user = connected();
    bool closed = false;
    user->handle->close([&] { closed = true; });
    user.reset();
    world.advance(1s);
    EXPECT_TRUE(closed);
    EXPECT_TRUE(ensemble.sessions().empty());
}

TEST_F(Sessions, DestroyedHandleAnswersAndKeepsTheSession) {
    const auto user = connected();
    user->create("/e", create_mode::ephemeral);
    user->get("/e", true);
    user->handle.reset();
    EXPECT_TRUE(user->log.empty());
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"create 5 unknown", "get 5 unknown"}));
    EXPECT_EQ(ensemble.sessions().size(), 1u);
    EXPECT_EQ(ensemble.requests(request_kind::close), 0u);
}

TEST_F(Sessions, HandleMayBeDestroyedInItsOwnCallbacks) {
    const auto user = connected();
    user->handle->sync("/", [&](const detail::reply&) { user->handle.reset(); });
    user->create("/behind");
    world.advance(1s);
    EXPECT_EQ(user->news(), lines{"create 5 unknown"});

    const auto second = connected();
    second->when_disconnected = [&] { second->handle.reset(); };
    second->create("/lost");
    ensemble.cut(2);
    world.advance(1s);
    EXPECT_EQ(second->news(), (lines{"disconnected", "create 5 unknown"}));

    seam_user third(world);
    third.when_connected = [&] { third.handle.reset(); };
    world.advance(1s);
    EXPECT_EQ(third.news(), lines{"connected"});
}

TEST_F(Sessions, HandleMayBeClosedInItsOwnCallbacks) {
    const auto user = connected();
    user->when_disconnected = [&] { user->handle->close([&] { user->log.emplace_back("closed"); }); };
    user->create("/lost");
    ensemble.cut();
    world.advance(5s);
    EXPECT_EQ(user->news(), (lines{"disconnected", "create 5 unknown", "closed"}));
    EXPECT_TRUE(ensemble.sessions().empty());
}

TEST_F(Sessions, RejectedCredentialsEndTheSession) {
    ensemble.reject_credentials(true);
    seam_user user(world);
    world.advance(1s);
    ASSERT_TRUE(user.ended);
    EXPECT_EQ(*user.ended, server_errc::auth_failed);
    EXPECT_EQ(world.scheduled_calls(), 0u);
}

TEST_F(Sessions, FrozenClientLosesItsSession) {
    virtual_process process(world);
    seam_user user(process, 3s);
    world.advance(10ms);
    user.create("/e", create_mode::ephemeral);
    world.advance(10ms);
    user.news();
    process.freeze();
    world.advance(10s);
    EXPECT_FALSE(ensemble.node("/e"));
    EXPECT_TRUE(user.log.empty());
    process.thaw();
    world.advance(1s);
    EXPECT_EQ(user.news(),
              (lines{"disconnected", "ended " + make_error_code(errc::session_expired).message()}));
}

TEST_F(Sessions, ClientFrozenForLessGoesOn) {
    virtual_process process(world);
    seam_user user(process, 3s);
    world.advance(10ms);
    user.news();
    user.exists("/");
    process.freeze();
    world.advance(2900ms);
    process.thaw();
    world.advance(10s);
    EXPECT_EQ(user.news(), lines{"exists ok"});
    EXPECT_EQ(ensemble.sessions().size(), 1u);
}

TEST_F(Sessions, NothingLeaksWhenTheWorldEndsFirst) {
    auto small = std::make_unique<virtual_environment>();
    auto servers = std::make_unique<sim_ensemble>(*small);
    auto user = std::make_unique<seam_user>(*small);
    small->advance(2ms);
    user->create("/a");
    user->handle->close([] {});
    user->handle.reset();
    servers.reset();
    small.reset();
    EXPECT_EQ(user->log, lines{"connected"});
}

}  // namespace
}  // namespace paddock::testing
