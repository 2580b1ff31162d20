// What three simulated servers do to their clients, seen through the seam.
#include "tests/support/seam_fixture.hpp"

namespace paddock::testing {
namespace {

class OnThreeServers : public SeamTest {
protected:
    OnThreeServers() : SeamTest(on_three_servers()) {}
};

TEST_F(OnThreeServers, ReconnectedHandleReadsStaleUntilSync) {
    const auto user = connected(30s);
    ASSERT_FALSE(ensemble.create_by_operator("/d"));
    user->children("/");
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"children ok d"});
    ensemble.lag(5s);
    ensemble.fail_next(request_kind::create, fault_position::before_send);
    user->create("/lost");
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"disconnected", "create 5 unknown", "connected"}));
    ASSERT_FALSE(ensemble.create_by_operator("/d/new"));
    user->children("/d");
    user->exists("/d/new");
    user->sync("/d");
    user->children("/d");
    world.advance(4s);
    EXPECT_EQ(user->news(), (lines{"children ok", "exists -101"}));
    world.advance(2s);
    EXPECT_EQ(user->news(), (lines{"sync ok", "children ok new"}));
}

TEST_F(OnThreeServers, StaleViewCatchesUpWithTimeAndWithOwnWrites) {
    const auto user = connected(30s);
    ensemble.lag(5s);
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->exists("/a");
    world.advance(4999ms);
    user->exists("/a");
    world.advance(10ms);
    EXPECT_EQ(user->news(), (lines{"exists -101", "exists ok"}));
    ASSERT_FALSE(ensemble.create_by_operator("/b"));
    user->create("/c");
    user->exists("/b");
    world.advance(4s);
    EXPECT_TRUE(user->news().empty());
    world.advance(2s);
    EXPECT_EQ(user->news(), (lines{"create ok /c", "exists ok"}));
}

TEST_F(OnThreeServers, NobodyGoesBackInTime) {
    const auto one = connected();
    const auto two = connected();
    const auto at_leader = connected();
    ensemble.lag(1h);
    ASSERT_FALSE(ensemble.create_by_operator("/seen"));
    at_leader->exists("/seen");
    world.advance(2ms);
    ensemble.cut(3);
    const auto before = ensemble.requests(request_kind::connect, 3);
    world.advance(1s);
    at_leader->exists("/seen");
    world.advance(2ms);
    EXPECT_EQ(at_leader->news(), (lines{"exists ok", "disconnected", "connected", "exists ok"}));
    EXPECT_EQ(ensemble.requests(request_kind::connect, 3), before + 3) << "both followers turned it away";
}

// Only replies to requests count: who has but pinged is let in by a server that has seen less.
TEST_F(OnThreeServers, PingsDoNotSayWhatAClientHasSeen) {
    const auto one = connected(3s);
    const auto two = connected(3s);
    const auto at_leader = connected(3s);
    ensemble.lag(1h);
    ASSERT_FALSE(ensemble.create_by_operator("/unseen"));
    world.advance(3s);
    const auto before = ensemble.requests(request_kind::connect, 3);
    ensemble.cut(3);
    world.advance(1s);
    EXPECT_EQ(at_leader->news(), (lines{"disconnected", "connected"}));
    EXPECT_EQ(ensemble.requests(request_kind::connect, 3), before + 1);
}

TEST_F(OnThreeServers, LeaderAnswersASyncAtOnceAndAFollowerWhenItIsThere) {
    const auto one = connected(30s);
    const auto two = connected(30s);
    const auto at_leader = connected(30s);
    ensemble.lag(1s);
    one->sync("/");
    at_leader->sync("/");
    world.advance(10ms);
    EXPECT_EQ(at_leader->news(), lines{"sync ok"});
    EXPECT_TRUE(one->news().empty());
    world.advance(1s);
    EXPECT_EQ(one->news(), lines{"sync ok"});
}

// The leader listens to the server that a session is attached to, and to no other.
TEST_F(OnThreeServers, WriteFromTheFormerServerIsRefused) {
    const auto user = connected(30s);
    ensemble.isolate(1, true);
    user->create("/late", create_mode::ephemeral);
    world.advance(5ms);  // its server has it, and cannot pass it on
    ensemble.cut(1);
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"disconnected", "create 5 unknown", "connected"}));
    ensemble.isolate(every_handle, false);
    world.advance(1s);
    EXPECT_EQ(ensemble.node_count(), 0u);
    EXPECT_EQ(ensemble.moved(), 1u);
    user->exists("/");
    world.advance(5ms);
    EXPECT_EQ(user->news(), lines{"exists ok"});
}

// A request is on its way to one server when its client has already attached to another.
TEST_F(OnThreeServers, OldConnectionsRequestNeverCommitsAfterTheReattach) {
    const auto user = connected(30s);
    ensemble.fail_next(request_kind::exists, fault_position::on_reply);
    user->exists("/");
    ensemble.options().one_way = 500ms;
    user->create("/late", create_mode::ephemeral);
    ensemble.options().one_way = 1ms;
    world.advance(100ms);
    EXPECT_EQ(user->news(), (lines{"disconnected", "exists 5 unknown", "create 5 unknown", "connected"}));
    world.advance(1s);
    EXPECT_EQ(ensemble.moved(), 1u);
    EXPECT_FALSE(ensemble.node("/late"));
    user->exists("/");
    world.advance(5ms);
    EXPECT_EQ(user->news(), lines{"exists ok"}) << "its new connection is not touched";
}

TEST_F(OnThreeServers, RefusedAsMovedIsToldByTheEndOfTheConnection) {
    const auto user = connected(30s);
    const auto other = connected(30s);
    ensemble.answer_next(request_kind::create, error_code(-118, zookeeper_category()));
    user->create("/a");
    user->create("/b");
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"disconnected", "create 5 unknown", "create 5 unknown", "connected"}));
}

TEST_F(OnThreeServers, SessionIdNamesTheServerThatOpenedIt) {
    const auto one = connected();
    const auto two = connected();
    EXPECT_EQ(one->session >> 56, 1);
    EXPECT_EQ(two->session >> 56, 2);
}

// Hazard E3: what a server refuses looks as if the network had failed, and the next one may have room.
TEST_F(OnThreeServers, FullServerClosesFurtherConnections) {
    ensemble.options().max_connections = 1;
    std::vector<std::unique_ptr<seam_user>> users;
    for (int i = 0; i < 3; ++i) users.push_back(connected(30s));
    seam_user fourth(world, 30s);
    world.advance(1s);
    EXPECT_TRUE(fourth.log.empty());
    EXPECT_EQ(ensemble.connections(), 3u);
    users[1]->handle->close({});
    world.advance(5s);
    EXPECT_EQ(fourth.news(), lines{"connected"});
}

TEST_F(OnThreeServers, FullCounterCostsAConnectionAndNoSession) {
    const auto user = connected(30s);
    user->create("/e", create_mode::ephemeral);
    world.advance(2ms);
    user->news();
    ensemble.servers().fill_counter(0);
    user->create("/lost");
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"disconnected", "create 5 unknown", "connected"}));
    EXPECT_EQ(ensemble.paths(), lines{"/e"});
    user->create("/next");
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"create ok /next"});
    EXPECT_EQ(ensemble.node("/next")->czxid >> 32, 2);
}

TEST_F(OnThreeServers, ExpiryThatMeetsAFullCounterComesLater) {
    const auto user = connected(3s);
    user->handle.reset();
    ensemble.servers().fill_counter(0);
    world.advance(4s);
    EXPECT_EQ(ensemble.sessions().size(), 1u);
    world.advance(3s);
    EXPECT_TRUE(ensemble.sessions().empty());
}

// Hazard A8.
class WithAReaper : public SeamTest {
protected:
    static ensemble_options reaping() {
        ensemble_options options;
        options.reap_every = 1s;
        return options;
    }
    WithAReaper() : SeamTest(reaping()) {}
};

TEST_F(WithAReaper, ContainersGoOnceUsedAndEmpty) {
    const auto user = connected(30s);
    user->create("/never-used", create_mode::container);
    user->create("/used", create_mode::container);
    user->create("/in-use", create_mode::container);
    user->create("/used/a");
    user->create("/in-use/a");
    user->remove("/used/a");
    user->create("/plain");
    user->create("/plain/a");
    user->remove("/plain/a");
    world.advance(500ms);
    EXPECT_TRUE(ensemble.node("/used"));
    world.advance(1s);
    EXPECT_EQ(ensemble.paths(), (lines{"/in-use", "/in-use/a", "/never-used", "/plain"}));
    user->news();
    user->create("/used/b");
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"create -101"});
}

class OnASlowDisk : public SeamTest {
protected:
    static ensemble_options slow() {
        ensemble_options options;
        options.quorum.storage = 10s;
        options.reap_every = 30s;
        return options;
    }
    OnASlowDisk() : SeamTest(slow()) {}
};

// What a server has passed on keeps its place: nothing that the session asks after its re-attach overtakes it.
TEST_F(OnASlowDisk, FormerWriteComesBeforeWhatIsAskedAfterTheReattach) {
    seam_user user(world, 1h);
    ASSERT_TRUE(world.run_until([&] { return user.session != 0; }, 1min));
    ensemble.fail_next(request_kind::create, fault_position::forwarded);
    user.create("/mine", create_mode::ephemeral);
    user.news();
    world.advance(200ms);
    EXPECT_EQ(user.news(), (lines{"disconnected", "create 5 unknown", "connected"}));
    EXPECT_FALSE(ensemble.node("/mine")) << "not agreed yet";
    user.children("/");
    world.advance(10s);
    EXPECT_EQ(user.news(), lines{"children ok mine"});
}

TEST_F(OnASlowDisk, WriteThatIsLostWithItsServerHoldsNothingUp) {
    seam_user user(world, 1h);
    ASSERT_TRUE(world.run_until([&] { return user.session != 0; }, 1min));
    user.create("/lost");
    world.advance(1ms);
    ensemble.power(false);
    ensemble.power(true);
    user.news();
    world.advance(200ms);
    user.children("/");
    world.advance(1min);
    EXPECT_EQ(user.news(), (lines{"disconnected", "create 5 unknown", "connected", "children ok lost"}));
}

// The leader has proposed a child when it looks for empty containers, and not applied it yet.
TEST_F(OnASlowDisk, ContainerThatIsUsedAgainInTimeStays) {
    seam_user user(world, 1h);
    user.when_connected = [&] {
        user.create("/used", create_mode::container);
        user.create("/used/a");
        user.remove("/used/a");
    };
    const auto start = world.now();
    const auto abandoned = [&] { return ensemble.node("/used") && !ensemble.node("/used/a"); };
    ASSERT_TRUE(world.run_until(abandoned, 1min));
    ASSERT_LT(world.now() - start, 30s - 5ms);
    world.advance(start + 30s - 2ms - world.now());
    user.create("/used/b");
    world.advance(10ms);
    EXPECT_FALSE(ensemble.node("/used/b")) << "not agreed yet";
    EXPECT_NE(ensemble.trace().find("reap /used " + std::to_string(-111)), std::string::npos)
        << ensemble.trace();
    world.advance(15s);
    EXPECT_TRUE(ensemble.node("/used/b"));
}

TEST_F(OnThreeServers, IsolatedServerAnswersReadsWhileTheSessionExpires) {
    const auto user = connected(3s);
    const auto other = connected(3s);
    user->create("/e", create_mode::ephemeral);
    world.advance(2ms);
    user->get("/e", true);
    world.advance(2ms);
    user->news();
    ensemble.isolate(1, true);
    world.advance(10s);
    EXPECT_FALSE(ensemble.node("/e"));
    user->exists("/e");
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"exists ok"});
    user->create("/f");
    user->exists("/e");
    world.advance(1s);
    EXPECT_TRUE(user->news().empty());
    ensemble.isolate(1, false);
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"deleted /e", "disconnected", "create 5 unknown", "exists 5 unknown",
                                   "ended " + make_error_code(errc::session_expired).message()}));
    EXPECT_TRUE(other->news().empty());
    EXPECT_EQ(ensemble.node_count(), 0u);
}

TEST_F(OnThreeServers, HealedServerDropsClientsWhoseSessionIsOver) {
    const auto user = connected(3s);
    ensemble.isolate(1, true);
    world.advance(10s);
    EXPECT_TRUE(user->news().empty());
    ensemble.isolate(1, false);
    world.advance(1ms);
    EXPECT_EQ(user->news(), lines{"disconnected"});
}

TEST_F(OnThreeServers, IsolationThatHealsInTimeDeliversWhatWasHeldBack) {
    const auto user = connected(3s);
    ensemble.isolate(1, true);
    user->create("/a");
    user->exists("/a");
    world.advance(1s);
    EXPECT_TRUE(user->news().empty());
    ensemble.isolate(1, false);
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"create ok /a", "exists ok"}));
}

}  // namespace
}  // namespace paddock::testing
