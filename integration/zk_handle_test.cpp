#include <gtest/gtest.h>

#include "integration/support/fault_proxy.hpp"
#include "integration/support/shared_servers.hpp"
#include "integration/zk_handle_fixture.hpp"

namespace paddock::testing {
namespace {

using detail::fate;
using detail::multi_op;
using std::chrono::milliseconds;
using std::chrono::seconds;

error_code code(server_errc value) { return value; }

multi_op create_op(const std::string& path, create_mode mode, std::vector<acl> acls = open_acl()) {
    return {multi_op::kind::create, path, "1", mode, std::move(acls), -1};
}
multi_op set_op(const std::string& path, const std::string& data, std::int32_t version = -1) {
    return {multi_op::kind::set, path, data, {}, {}, version};
}
multi_op remove_op(const std::string& path) { return {multi_op::kind::remove, path, {}, {}, {}, -1}; }
multi_op check_op(const std::string& path, std::int32_t version = -1) {
    return {multi_op::kind::check, path, {}, {}, {}, version};
}

class ZkHandle : public ::testing::Test {
protected:
    zk_ensemble& zk = shared_standalone();
    handle_under_test session{zk.connect_string()};

    void SetUp() override { ASSERT_TRUE(session.events().wait(happened::connected)); }
};

TEST_F(ZkHandle, ConnectsWithTheNegotiatedTimeout) {
    const session_note note = session.events().last(happened::connected);
    EXPECT_NE(note.session_id, 0);
    EXPECT_EQ(note.timeout, seconds(4));
    EXPECT_GT(note.handshake_sent, detail::boot_time());
    EXPECT_LT(note.handshake_sent, session.world().now());
    handle_under_test other(zk.connect_string(), seconds(1000));
    ASSERT_TRUE(other.events().wait(happened::connected));
    EXPECT_EQ(other.events().last(happened::connected).timeout, seconds(10));  // 20 ticks of 500 ms
}

TEST_F(ZkHandle, PerformsEachOperation) {
    const auto made = session.create("/each", "data");
    ASSERT_EQ(made.ec, error_code());
    EXPECT_EQ(made.what, fate::answered);
    EXPECT_EQ(made.path, "/each");
    EXPECT_GT(made.node.czxid, 0);
    EXPECT_EQ(session.create("/each").ec, code(server_errc::node_exists));
    const auto child = session.create("/each/a-", "", create_mode::ephemeral_sequential);
    EXPECT_EQ(child.path, "/each/a-0000000000");
    EXPECT_EQ(child.node.ephemeral_owner, session.session_id());

    const auto read = session.get("/each");
    EXPECT_EQ(read.data, "data");
    EXPECT_EQ(read.node.czxid, made.node.czxid);
    EXPECT_EQ(read.node.children, 1);
    EXPECT_EQ(session.get("/none").ec, code(server_errc::no_node));
    EXPECT_EQ(session.exists("/each").node.data_length, 4);
    EXPECT_EQ(session.exists("/none").ec, code(server_errc::no_node));
    EXPECT_EQ(session.children("/each").names, std::vector<std::string>{"a-0000000000"});
    EXPECT_EQ(session.children("/each").node.czxid, made.node.czxid);

    EXPECT_EQ(session.set("/each", std::string("a\0b", 3), 0).node.version, 1);
    EXPECT_EQ(session.get("/each").data, std::string("a\0b", 3));
    EXPECT_EQ(session.set("/each", "x", 0).ec, code(server_errc::bad_version));
    EXPECT_EQ(session.sync("/each").ec, error_code());
    EXPECT_EQ(session.remove("/each").ec, code(server_errc::not_empty));
    EXPECT_EQ(session.remove("/each/a-0000000000").ec, error_code());
    EXPECT_EQ(session.remove("/each", 1).ec, error_code());
}

TEST_F(ZkHandle, MakesContainersAndEmptyNodes) {
    EXPECT_EQ(session.create("/container", "", create_mode::container).ec, error_code());
    EXPECT_EQ(session.get("/container").data, "");
    EXPECT_EQ(session.create("/container/c", "", create_mode::container).path, "/container/c");
    EXPECT_EQ(session.remove("/container/c").ec, error_code());
    session.remove("/container");
}

TEST_F(ZkHandle, PerformsAMulti) {
    const std::vector<multi_op> ops = {
        create_op("/multi", create_mode::persistent),
        create_op("/multi/s-", create_mode::ephemeral_sequential),
        set_op("/multi", "22", 0),
        check_op("/multi", 1),
    };
    const auto made = session.multi(ops);
    ASSERT_EQ(made.ec, error_code());
    ASSERT_EQ(made.results.size(), 4u);
    EXPECT_EQ(made.results[1].path, "/multi/s-0000000000");
    EXPECT_EQ(made.results[2].node.data_length, 2);

    const std::vector<multi_op> refused = {
        remove_op("/multi/s-0000000000"),
        check_op("/multi", 7),
        remove_op("/multi"),
    };
    const auto failed = session.multi(refused);
    EXPECT_EQ(failed.ec, code(server_errc::bad_version));
    EXPECT_EQ(failed.what, fate::answered);
    ASSERT_EQ(failed.results.size(), 3u);
    EXPECT_EQ(failed.results[1].ec, code(server_errc::bad_version));
    EXPECT_EQ(session.exists("/multi/s-0000000000").ec, error_code());
    session.remove("/multi/s-0000000000");
    session.remove("/multi");
}

// The library would corrupt the heap or abort the process.
TEST_F(ZkHandle, RefusesAMultiThatTheLibraryCannotBear) {
    const multi_op good = check_op("/");
    const std::vector<multi_op> bad = {
        check_op("no-slash"),
        remove_op("/a//b"),
        create_op("/c", create_mode::container),
        create_op("/no-acl", create_mode::persistent, {}),
        set_op("/big", std::string(2'000'000, 'x')),
    };
    for (const multi_op& op : bad) {
        const std::vector<multi_op> ops = {good, op};
        const auto answer = session.multi(ops);
        EXPECT_EQ(answer.ec, error_code(-8, zookeeper_category())) << op.path;
        EXPECT_EQ(answer.what, fate::answered);
    }
    EXPECT_EQ(session.multi({good}).ec, error_code());
}

TEST_F(ZkHandle, SendsOneTurnsRequestsTogether) {
    fault_proxy proxy(zk.server(0).host(), zk.server(0).port());
    handle_under_test through(proxy.address());
    ASSERT_TRUE(through.events().wait(happened::connected));
    through.create("/turn");
    proxy.set_lag(milliseconds(20));
    proxy.clear_trace();
    std::promise<detail::children_reply> listed;
    std::vector<std::string> order;
    through.on_reactor([&] {
        through.handle_->create("/turn/c-", "", create_mode::ephemeral_sequential, open_acl(),
                                [&](const detail::create_reply& answer) { order.push_back(answer.path); });
        through.handle_->children("/turn", false, [&](detail::children_reply answer) {
            order.push_back("children");
            listed.set_value(std::move(answer));
        });
        EXPECT_TRUE(order.empty());
    });
    const auto answer = listed.get_future().get();
    EXPECT_EQ(answer.names.size(), 1u);
    EXPECT_EQ(order.size(), 2u);
    EXPECT_EQ(order.back(), "children");
    EXPECT_EQ(network_waits(proxy.trace()), 1u);
}

TEST_F(ZkHandle, AnswersNotSentWhileNotConnected) {
    fault_proxy proxy(zk.server(0).host(), zk.server(0).port());
    proxy.block();
    handle_under_test through(proxy.address());
    bool inside = true;
    std::promise<std::pair<detail::stat_reply, bool>> answered;
    through.on_reactor([&] {
        through.handle_->exists("/", [&](detail::stat_reply answer) {
            answered.set_value({answer, inside});
        });
        inside = false;
    });
    const auto [answer, inline_call] = answered.get_future().get();
    EXPECT_EQ(answer.what, fate::not_sent);
    EXPECT_EQ(answer.ec, error_code(errc::outcome_unknown));
    EXPECT_FALSE(inline_call);
    proxy.unblock();
    EXPECT_TRUE(through.events().wait(happened::connected));
    EXPECT_EQ(through.exists("/").ec, error_code());
}

TEST_F(ZkHandle, MultiThatIsNotSentHasAResultForEachOperation) {
    fault_proxy proxy(zk.server(0).host(), zk.server(0).port());
    proxy.block();
    handle_under_test through(proxy.address());
    const auto answer = through.multi({check_op("/"), check_op("/")});
    EXPECT_EQ(answer.what, fate::not_sent);
    ASSERT_EQ(answer.results.size(), 2u);
    EXPECT_EQ(answer.results[1].ec, error_code(errc::outcome_unknown));
}

TEST_F(ZkHandle, ReportsALostReplyAsUnknown) {
    fault_proxy proxy(zk.server(0).host(), zk.server(0).port());
    handle_under_test through(proxy.address());
    ASSERT_TRUE(through.events().wait(happened::connected));
    const auto fault = proxy.inject({.at = position::rep, .op = opcode::create2});
    const auto answer = through.create("/lost-reply");
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_EQ(answer.what, fate::unknown);
    EXPECT_EQ(answer.ec, error_code(errc::outcome_unknown));
    ASSERT_TRUE(through.events().wait(happened::connected, 2));
    EXPECT_EQ(through.events().count(happened::disconnected), 1u);
    EXPECT_EQ(through.remove("/lost-reply").ec, error_code());
}

TEST_F(ZkHandle, EndsWhenTheServersEndTheSession) {
    session.create("/expires", "", create_mode::ephemeral);
    ASSERT_TRUE(zk.close_session(identity_of(session.session_id())));
    ASSERT_TRUE(session.events().wait(happened::ended));
    EXPECT_EQ(session.events().last(happened::ended).reason, error_code(errc::session_expired));
    EXPECT_EQ(session.events().count(happened::ended), 1u);
    const auto answer = session.exists("/expires");
    EXPECT_EQ(answer.what, fate::not_sent);
    EXPECT_EQ(answer.ec, error_code(errc::session_expired));
    EXPECT_TRUE(session.close());
}

TEST_F(ZkHandle, AuthenticatesAndReportsRefusedCredentials) {
    const detail::session_parameters parameters = {
        .servers = zk.connect_string(),
        .timeout = seconds(4),
        .connect_timeout = std::nullopt,
        .auth = {{.secret = "me:secret"}, {.secret = "too:secret"}}};
    handle_under_test me(parameters);
    ASSERT_TRUE(me.events().wait(happened::connected));
    const std::vector<acl> mine = {{.permissions = can_all, .scheme = "auth", .id = ""}};
    const auto made = me.ask<detail::create_reply>([&](auto& api, auto done) {
                            api.create("/mine", "secret", create_mode::ephemeral, mine, done);
                        }).get();
    ASSERT_EQ(made.ec, error_code());
    EXPECT_EQ(me.get("/mine").data, "secret");
    EXPECT_EQ(session.get("/mine").ec, code(server_errc::no_auth));

    detail::session_parameters unknown = parameters;
    unknown.auth = {{.scheme = "no-such-scheme", .secret = "x"}};
    handle_under_test refused(unknown);
    ASSERT_TRUE(refused.events().wait(happened::ended));
    EXPECT_EQ(refused.events().last(happened::ended).reason, code(server_errc::auth_failed));
}

TEST_F(ZkHandle, CountsBytesOverConnections) {
    const auto first = session.counts();
    EXPECT_GT(first.bytes_sent, 40u);
    EXPECT_GT(first.bytes_received, 36u);
    session.create("/bytes", std::string(100'000, 'b'));
    session.get("/bytes");
    const auto second = session.counts();
    EXPECT_GT(second.bytes_sent, first.bytes_sent + 100'000);
    EXPECT_LT(second.bytes_sent, first.bytes_sent + 110'000);
    EXPECT_GT(second.bytes_received, first.bytes_received + 100'000);
    session.remove("/bytes");
}

}  // namespace
}  // namespace paddock::testing
