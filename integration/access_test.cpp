#include <string>

#include "integration/lock_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// Credentials, access control lists and name spaces.
class AccessTest : public LockTest {
protected:
    static acl_provider creator_only() {
        return [](std::string_view, node_role) { return std::vector<acl>{{can_all, "auth", ""}}; };
    }
    client_options as_user(const std::string& secret) const {
        client_options chosen = options();
        chosen.auth = {{"digest", secret}};
        chosen.acls = creator_only();
        return chosen;
    }
    /// What the server stores as the list of a node: scheme and id of the first entry.
    std::string owner_of(const std::string& node) {
        return ask([&](raw_client& raw) {
            const raw_reply answer = raw.call(opcode::get_acl, frame_writer().put_string(node));
            frame_reader fields(answer.body);
            if (answer.err != ok || fields.take_int() < 1) return "error " + std::to_string(answer.err);
            (void)fields.take_int();
            const std::string scheme = fields.take_string();
            return scheme + ":" + fields.take_string();
        });
    }
    /// The fixture's own look at the tree needs the right to see it.
    void open_up(const std::string& node, const std::string& secret) {
        raw_client owner = servers_.connect();
        ASSERT_EQ(
            owner.call(opcode::auth, frame_writer().put_int(0).put_string("digest").put_string(secret)).err,
            ok);
        frame_writer request;
        request.put_string(node).put_int(1).put_int(can_all).put_string("world").put_string("anyone").put_int(
            -1);
        ASSERT_EQ(owner.call(opcode::set_acl, request).err, ok);
    }
};

TEST_F(AccessTest, CreatorsOnlyLockIsClosedToOthers) {
    client zk(as_user("ann:secret"));
    mutex lock(zk, path());
    lease held = lock.acquire();
    client anonymous(options());
    error_code ec;
    EXPECT_FALSE(mutex(anonymous, path()).acquire(ec));
    EXPECT_EQ(ec, server_errc::no_auth);
    EXPECT_FALSE(mutex(anonymous, path()).try_acquire_for(5s, ec));
    EXPECT_EQ(ec, server_errc::no_auth);
    EXPECT_TRUE(mutex(anonymous, path()).contenders(5s, ec).empty());
    EXPECT_EQ(ec, server_errc::no_auth);
    EXPECT_FALSE(mutex(anonymous, path()).holder(5s, ec));
    EXPECT_EQ(ec, server_errc::no_auth);
    EXPECT_THROW((void)mutex(anonymous, path("below")).acquire(),
                 boost::system::system_error);  // nor below it

    client other_user(as_user("bob:secret"));
    EXPECT_FALSE(mutex(other_user, path()).acquire(ec));
    EXPECT_EQ(ec, server_errc::no_auth);
    client same_user(as_user("ann:secret"));
    pending_lease next;
    mutex(same_user, path()).async_acquire(next.handler());
    ASSERT_TRUE(eventually([&] { return lock.contenders().size() == 2; }));
    EXPECT_EQ(held.release(), release_result::confirmed);
    ASSERT_TRUE(next.wait());
    EXPECT_EQ(next.error(), error_code());
    EXPECT_EQ(next.held().release(), release_result::confirmed);

    open_up(root_, "ann:secret");
    open_up(path(), "ann:secret");
}

TEST_F(AccessTest, EveryLevelGetsTheProvidersList) {
    std::vector<std::pair<std::string, node_role>> asked;
    client_options chosen = as_user("ann:secret");
    chosen.acls = [&](std::string_view node, node_role role) {
        asked.emplace_back(node, role);
        return role == node_role::parent ? std::vector<acl>{acl(), {can_all, "auth", ""}}
                                         : std::vector<acl>{acl()};
    };
    client zk(chosen);
    const lease held = mutex(zk, path("a/b")).acquire();
    const std::vector<std::pair<std::string, node_role>> expected = {{path("a/b"), node_role::contender},
                                                                     {root_, node_role::parent},
                                                                     {path("a"), node_role::parent},
                                                                     {path("a/b"), node_role::parent}};
    EXPECT_EQ(asked, expected);
    EXPECT_EQ(owner_of(root_), "world:anyone");
    EXPECT_EQ(owner_of(path("a/b")), "world:anyone");
    EXPECT_EQ(owner_of(held.node()), "world:anyone");
}

TEST_F(AccessTest, CredentialsHoldOverReconnects) {
    client zk(as_user("ann:secret"));
    mutex lock(zk, path());
    (void)lock.acquire().release();
    servers_.server(0).kill();
    servers_.start();
    ASSERT_TRUE(servers_.wait_all_serving());
    EXPECT_TRUE(lock.try_acquire_for(20s));
    ASSERT_TRUE(eventually([&] { return zk.stats().obligations == 0; }));
    open_up(root_, "ann:secret");
    open_up(path(), "ann:secret");
}

TEST_F(AccessTest, UnknownSchemeEndsTheClientsWork) {
    client_options chosen = options();
    chosen.auth = {{"no-such-scheme", "secret"}};
    client zk(chosen);
    error_code ec;
    EXPECT_FALSE(mutex(zk, path()).try_acquire_for(10s, ec));
    EXPECT_EQ(ec, server_errc::auth_failed);
    EXPECT_FALSE(mutex(zk, path()).acquire(ec));
    EXPECT_EQ(ec, server_errc::auth_failed);
    EXPECT_FALSE(zk.wait_connected(1s));
}

TEST_F(AccessTest, NameSpaceStandsBeforeEveryPath) {
    client_options chosen = options();
    chosen.name_space = path("space");
    client inside(chosen);
    client outside(options());
    lease held = mutex(inside, "/locks/a").acquire();
    EXPECT_TRUE(held.node().starts_with("/locks/a/")) << held.node();
    EXPECT_EQ(nodes(path("space/locks/a")).size(), 1U);
    EXPECT_FALSE(mutex(outside, path("space/locks/a")).try_acquire());  // the same lock
    EXPECT_EQ(mutex(inside, "/locks/a").contenders().size(), 1U);
    transaction writes(held);
    writes.create("/data", "1").set("/data", "2");
    EXPECT_EQ(inside.commit(writes).front().path, "/data");
    EXPECT_EQ(ask([&](raw_client& raw) { return raw.get(path("space/data")).data; }), "2");
    transaction cleaned(held);
    (void)inside.commit(cleaned.remove("/data"));
    EXPECT_TRUE(held.check());
    EXPECT_EQ(held.release(), release_result::confirmed);
    EXPECT_TRUE(mutex(outside, path("space/locks/a")).try_acquire());
}

}  // namespace
}  // namespace paddock::testing
