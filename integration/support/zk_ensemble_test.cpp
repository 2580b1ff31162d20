#include "integration/support/zk_ensemble.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>

#include "integration/support/shared_servers.hpp"

namespace paddock::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ZkStandalone, ServesAClient) {
    zk_ensemble& zk = shared_standalone();
    EXPECT_EQ(zk.connect_string(), zk.connect_string_of(0));
    EXPECT_EQ(zk.leader(), std::optional<std::size_t>(0));
    raw_client client = zk.connect();
    ASSERT_TRUE(client.attached());
    EXPECT_EQ(client.session_timeout(), seconds(10));
    EXPECT_EQ(client.create("/serves", "data"), ok);
    EXPECT_EQ(client.create("/serves", "data"), node_exists);
    const raw_node node = client.get("/serves");
    EXPECT_EQ(node.data, "data");
    EXPECT_GT(node.stat.czxid, 0);
    EXPECT_EQ(client.create("/serves/a-", "", create_flags::ephemeral_sequential), ok);
    EXPECT_EQ(client.children("/serves"), std::vector<std::string>{"a-0000000000"});
    EXPECT_EQ(client.get("/serves/a-0000000000").stat.ephemeral_owner, client.session().id);
    client.ping();
    EXPECT_EQ(client.remove("/serves/a-0000000000"), ok);
    EXPECT_EQ(client.set_data("/serves", "new"), ok);
    EXPECT_EQ(client.remove("/serves", 7), -103);
    EXPECT_EQ(client.remove("/serves"), ok);
    EXPECT_EQ(client.get("/serves").err, no_node);
    EXPECT_EQ(client.close_session(), ok);
    EXPECT_TRUE(client.wait_closed());
}

TEST(ZkStandalone, IsSharedBetweenTests) { EXPECT_EQ(&shared_standalone(), &shared_standalone()); }

TEST(ZkStandalone, CountsWatchesAndEphemeralNodes) {
    zk_ensemble& zk = shared_standalone();
    ASSERT_TRUE(eventually([&] { return zk.watch_count(0) == 0u; }, seconds(30)));
    raw_client client = zk.connect();
    EXPECT_EQ(client.exists("/counted", true), no_node);
    EXPECT_EQ(zk.watch_count(0), std::optional<std::size_t>(1));
    EXPECT_EQ(zk.watch_count(), 1u);
    const auto before = zk.server(0).metric("zk_ephemerals_count");
    ASSERT_TRUE(before);
    EXPECT_EQ(client.create("/counted", "", create_flags::ephemeral), ok);
    const auto event = client.next_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->type, 1);
    EXPECT_EQ(event->path, "/counted");
    EXPECT_EQ(zk.server(0).metric("zk_ephemerals_count"), std::optional(*before + 1));
    EXPECT_EQ(client.close_session(), ok);
    EXPECT_EQ(zk.watch_count(), 0u);
}

TEST(ZkStandalone, ClosedSessionIsAnExpiryForItsOwner) {
    zk_ensemble& zk = shared_standalone();
    raw_client owner = zk.connect();
    EXPECT_EQ(owner.create("/stolen", "", create_flags::ephemeral), ok);
    const session_identity session = owner.session();

    EXPECT_TRUE(zk.close_session(session));
    EXPECT_EQ(zk.connect().exists("/stolen"), no_node);
    EXPECT_TRUE(owner.wait_closed());
    EXPECT_FALSE(zk.connect(0, session).attached());
    EXPECT_TRUE(zk.close_session(session));  // gone before is as good
}

TEST(ZkStandalone, WrongPasswordDoesNotCloseASession) {
    zk_ensemble& zk = shared_standalone();
    raw_client owner = zk.connect();
    session_identity forged = owner.session();
    forged.password = std::string(16, 'x');
    EXPECT_FALSE(zk.connect(0, forged).attached());
    EXPECT_TRUE(owner.wait_closed());  // the server drops the old connection before it looks at the password
    EXPECT_TRUE(zk.connect(0, owner.session()).attached());
}

TEST(ZkServer, KeepsItsDataAndPortOverAKill) {
    zk_ensemble zk;
    zk.start();
    const std::string address = zk.connect_string();
    {
        raw_client client = zk.connect();
        EXPECT_EQ(client.create("/kept"), ok);
        zk.kill(0);
        EXPECT_TRUE(client.wait_closed());
    }
    EXPECT_FALSE(zk.server(0).running());
    EXPECT_FALSE(zk.serving(0));
    EXPECT_EQ(zk.four_letter(0, "srvr"), "");
    EXPECT_EQ(zk.watch_count(0), std::nullopt);
    EXPECT_THROW((void)zk.connect(), connection_lost);

    zk.start(0);
    ASSERT_TRUE(zk.wait_serving(0));
    EXPECT_EQ(zk.connect_string(), address);
    EXPECT_EQ(zk.connect().exists("/kept"), ok);
    zk.stop(0);
    zk.server(0).wipe();
    zk.start(0);
    ASSERT_TRUE(zk.wait_serving(0));
    EXPECT_EQ(zk.connect().exists("/kept"), no_node);
}

TEST(ZkServer, FrozenServerAcceptsAndIsSilent) {
    zk_ensemble zk;
    zk.start();
    raw_client client = zk.connect();
    zk.freeze(0);
    EXPECT_FALSE(zk.serving(0));
    const std::int32_t xid = client.send(opcode::create, raw_client::create_request("/late", "", {}));
    EXPECT_THROW((void)client.receive(milliseconds(50)), connection_lost);
    zk.thaw(0);
    EXPECT_EQ(client.receive().xid, xid);
    EXPECT_EQ(client.exists("/late"), ok);
}

TEST(ZkServer, TakesSystemPropertiesAndConfigLines) {
    zk_ensemble_options options;
    options.server.tick_time = milliseconds(200);
    options.server.system_properties = {"znode.container.checkIntervalMs=50"};
    options.server.config_lines = {"maxSessionTimeout=30000"};
    zk_ensemble zk(options);
    zk.start();
    EXPECT_EQ(raw_client(zk.server(0).host(), zk.server(0).port(), {}, seconds(1000)).session_timeout(),
              seconds(30));
    raw_client client(zk.server(0).host(), zk.server(0).port(), {}, milliseconds(1));
    EXPECT_EQ(client.session_timeout(), milliseconds(400));
    frame_writer container = raw_client::create_request("/reaped", "", {});
    frame_writer request;
    request.put_raw(container.body().substr(0, container.body().size() - 4)).put_int(4);  // flags: container
    raw_client other = zk.connect();
    EXPECT_EQ(other.call(opcode::create_container, request).err, ok);
    EXPECT_EQ(other.create("/reaped/child"), ok);
    EXPECT_EQ(other.remove("/reaped/child"), ok);
    EXPECT_TRUE(eventually([&] { return other.exists("/reaped") == no_node; }));
}

TEST(ZkServer, FailedStartShowsTheLog) {
    zk_ensemble_options options;
    options.server.config_lines = {"tickTime=none"};
    zk_ensemble zk(options);
    try {
        zk.start();
        FAIL() << "a server with a bad configuration cannot serve";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("NumberFormatException"), std::string::npos) << error.what();
    }
}

TEST(ZkEnsemble, ElectsANewLeaderAfterAKill) {
    zk_ensemble& zk = shared_ensemble();
    ASSERT_EQ(zk.size(), 3u);
    const auto old_leader = zk.wait_leader();
    ASSERT_TRUE(old_leader);
    const std::size_t follower = (*old_leader + 1) % 3;
    raw_client client = zk.connect(follower);
    const std::string path = "/elect-" + std::to_string(client.session().id);
    EXPECT_EQ(client.create(path, "before"), ok);
    zk.kill(*old_leader);
    const auto new_leader = zk.wait_leader();
    ASSERT_TRUE(new_leader);
    EXPECT_NE(*new_leader, *old_leader);
    EXPECT_EQ(zk.connect(*new_leader).set_data(path, "after"), ok);
    zk.start(*old_leader);
    ASSERT_TRUE(zk.wait_all_serving());
    raw_client returned = zk.connect(*old_leader);
    EXPECT_TRUE(eventually([&] { return returned.get(path).data == "after"; }));
}

TEST(ZkEnsemble, FrozenLeaderIsReplaced) {
    zk_ensemble& zk = shared_ensemble();
    const auto old_leader = zk.wait_leader();
    ASSERT_TRUE(old_leader);
    zk.freeze(*old_leader);
    const auto new_leader = zk.wait_leader();
    ASSERT_TRUE(new_leader);
    EXPECT_NE(*new_leader, *old_leader);
    zk.thaw(*old_leader);
    EXPECT_TRUE(eventually([&] { return zk.wait_all_serving() && zk.leader() == new_leader; }));
}

TEST(ZkEnsemble, WithoutAMajorityNobodyServes) {
    zk_ensemble& zk = shared_ensemble();
    zk.kill(0);
    zk.kill(1);
    EXPECT_TRUE(eventually([&] { return !zk.serving(2); }, seconds(30)));
    EXPECT_EQ(zk.leader(), std::nullopt);
    zk.start(0);
    EXPECT_TRUE(zk.wait_serving(0));
    EXPECT_TRUE(zk.wait_serving(2));
}

TEST(ZkEnsemble, SharedEnsembleIsWholeAgain) {
    zk_ensemble& zk = shared_ensemble();  // after the test above
    for (std::size_t i = 0; i < zk.size(); ++i) EXPECT_TRUE(zk.serving(i));
}

TEST(ZkEnsemble, SessionsCanBeClosedThroughAnyServer) {
    zk_ensemble& zk = shared_ensemble();
    raw_client owner = zk.connect(2);
    EXPECT_EQ(owner.create("/far", "", create_flags::ephemeral), ok);
    EXPECT_TRUE(close_session(zk.server(1).host(), zk.server(1).port(), owner.session()));
    raw_client witness = zk.connect(1);
    EXPECT_EQ(witness.exists("/far"), no_node);
}

TEST(ZkServer, FrozenServerDiesWithAKilledTestProcess) {
    const temp_dir dir("victim");
    child_process victim({.argv = {SERVER_VICTIM, dir.path().string()}});
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(dir.path() / "report"); }, server_wait));
    pid_t server = -1;
    std::string data;
    std::ifstream(dir.path() / "report") >> server >> data;
    ASSERT_TRUE(std::filesystem::exists(data));
    const unique_fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, server, 0)));
    ASSERT_TRUE(pidfd);
    ASSERT_FALSE(wait_readable(pidfd.get(), std::chrono::steady_clock::now()));

    victim.kill();
    EXPECT_TRUE(wait_readable(pidfd.get(), std::chrono::steady_clock::now() + default_wait));
    const auto root = std::filesystem::path(data).parent_path().parent_path();
    EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(root); }));
}

}  // namespace
}  // namespace paddock::testing
