#include <gtest/gtest.h>

#include "integration/support/fault_proxy_fixture.hpp"

namespace paddock::testing {
namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

// Each position is shown by what the client sees and by what the server knows.
class FaultPosition : public fault_proxy_fixture {};

TEST_F(FaultPosition, ReqCutsBeforeTheServerSeesTheRequest) {
    raw_client client = connect();
    const auto fault = proxy_.inject({.at = position::req, .op = opcode::create});
    EXPECT_THROW(client.create(path_), connection_lost);
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_EQ(proxy_.connections(), 0u);
    EXPECT_EQ(proxy_.counters().cuts, 1u);
    EXPECT_FALSE(on_server(path_));
    // The session is alive, and the rule is used up.
    raw_client again(proxy_.host(), proxy_.port(), client.session());
    EXPECT_TRUE(again.attached());
    EXPECT_EQ(again.create(path_), ok);
    EXPECT_EQ(fault->hits(), 1u);
}

TEST_F(FaultPosition, RepLosesTheAnswerOfACommittedRequest) {
    raw_client client = connect();
    const auto created = proxy_.inject({.at = position::rep, .op = opcode::create});
    EXPECT_THROW(client.create(path_), connection_lost);
    EXPECT_TRUE(created->wait_hits(1));
    EXPECT_TRUE(on_server(path_));

    raw_client again = connect();
    const auto removed = proxy_.inject({.at = position::rep, .op = opcode::remove});
    EXPECT_THROW(again.remove(path_), connection_lost);
    EXPECT_TRUE(removed->wait_hits(1));
    EXPECT_FALSE(on_server(path_));
}

TEST_F(FaultPosition, RepliesBeforeTheLostOneArrive) {
    raw_client client = connect();
    proxy_.inject({.at = position::rep, .op = opcode::get_children});
    const std::int32_t first = send_create(client, path_);
    client.send(opcode::get_children, frame_writer().put_string(path_).put_bool(false));
    EXPECT_EQ(client.receive().xid, first);
    EXPECT_THROW((void)client.receive(), connection_lost);
}

// Three requests at once, the second one struck.
std::vector<std::int32_t> send_three(fault_proxy& proxy, raw_client& client, const std::string& path,
                                     position at) {
    proxy.inject({.at = at, .skip = 1});
    proxy.stall(direction::to_server);
    std::vector<std::int32_t> xids;
    for (const char* name : {"-1", "-2", "-3"}) {
        xids.push_back(client.send(opcode::create,
                                   raw_client::create_request(path + name, "", create_flags::persistent)));
    }
    proxy.resume();
    return xids;
}

TEST_F(FaultPosition, DropCutsOnceAllBeforeItIsAnswered) {
    raw_client client = connect();
    const auto xids = send_three(proxy_, client, path_, position::drop);
    EXPECT_EQ(client.receive().xid, xids[0]);
    EXPECT_THROW((void)client.receive(), connection_lost);
    EXPECT_TRUE(on_server(path_ + "-1"));
    EXPECT_FALSE(on_server(path_ + "-2"));
    EXPECT_FALSE(on_server(path_ + "-3"));
}

TEST_F(FaultPosition, LastLosesItsAnswerAndAllBehindIt) {
    raw_client client = connect();
    const auto xids = send_three(proxy_, client, path_, position::last);
    EXPECT_EQ(client.receive().xid, xids[0]);
    EXPECT_THROW((void)client.receive(), connection_lost);
    EXPECT_TRUE(on_server(path_ + "-2"));
    EXPECT_FALSE(on_server(path_ + "-3"));
}

TEST_F(FaultPosition, ComWithholdsTheAnswerUntilResumed) {
    raw_client client = connect();
    raw_client bystander = connect();
    EXPECT_EQ(client.exists(path_ + "-watched", true), no_node);
    const auto fault = proxy_.inject({.at = position::com, .op = opcode::create});
    const std::int32_t created = send_create(client, path_);
    ASSERT_TRUE(fault->wait_hits(1));
    EXPECT_TRUE(on_server(path_));
    EXPECT_TRUE(silent(client));
    EXPECT_EQ(proxy_.connections(), 2u);

    // Nothing else of this client gets through, while its neighbour is served.
    const std::int32_t also = send_create(client, path_ + "-also");
    EXPECT_EQ(direct_.create(path_ + "-watched"), ok);
    for (int i = 0; i < 20; ++i) bystander.ping();
    EXPECT_EQ(proxy_.requests(opcode::create), 1u);
    EXPECT_EQ(proxy_.counters().events, 0u);
    EXPECT_FALSE(on_server(path_ + "-also"));
    EXPECT_TRUE(silent(client));

    proxy_.resume();
    const raw_reply first = client.receive();
    EXPECT_EQ(first.xid, created);
    EXPECT_EQ(first.err, ok);
    EXPECT_EQ(client.receive().xid, also);
    EXPECT_TRUE(client.next_event());
}

TEST_F(FaultPosition, ComMayEndInACut) {
    raw_client client = connect();
    const auto fault = proxy_.inject({.at = position::com, .op = opcode::create});
    send_create(client, path_);
    ASSERT_TRUE(fault->wait_hits(1));
    EXPECT_EQ(proxy_.cut_all(), 1u);
    EXPECT_TRUE(client.wait_closed());
    EXPECT_TRUE(on_server(path_));
}

TEST_F(FaultPosition, MidCutsInsideTheReply) {
    const auto deadline = clock::now() + default_wait;
    timed_socket client(proxy_.host(), proxy_.port(), deadline);
    frame_writer handshake;
    handshake.put_int(0)
        .put_long(0)
        .put_int(10'000)
        .put_long(0)
        .put_string(std::string(16, '\0'))
        .put_bool(false);
    const auto fault = proxy_.inject({.at = position::mid, .op = opcode::create});
    const frame_writer body = raw_client::create_request(path_, "", create_flags::persistent);
    client.send(handshake.finish(), deadline);
    client.send(frame_writer().put_int(1).put_int(1).put_raw(body.body()).finish(), deadline);

    constexpr std::size_t handshake_size = 4 + 37;
    const std::size_t reply_size = 4 + 16 + 4 + path_.size();
    const std::string all = client.receive_all(deadline);
    EXPECT_EQ(all.size(), handshake_size + reply_size / 2);
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_TRUE(on_server(path_));
}

TEST_F(FaultPosition, AlterDeliversOtherBytes) {
    raw_client client = connect();
    const auto fault =
        proxy_.inject({.at = position::alter, .op = opcode::create, .change = [](std::string& frame) {
                           frame.at(7) ^= 64;
                       }});
    const std::int32_t xid = send_create(client, path_);
    EXPECT_EQ(client.receive().xid, xid ^ 64);
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_TRUE(on_server(path_));
    EXPECT_EQ(client.create(path_), node_exists);  // the next is as it was
}

TEST_F(FaultPosition, WevBeforeSwallowsTheEvent) {
    raw_client client = connect();
    EXPECT_EQ(client.exists(path_, true), no_node);
    const auto fault = proxy_.inject({.at = position::wev_before, .path_contains = path_});
    EXPECT_EQ(direct_.create(path_), ok);
    ASSERT_TRUE(fault->wait_hits(1));
    EXPECT_TRUE(client.wait_closed());  // without another frame
    EXPECT_EQ(proxy_.counters().events, 1u);
}

TEST_F(FaultPosition, WevAfterCutsBetweenEventAndReply) {
    raw_client client = connect();
    EXPECT_EQ(client.exists(path_, true), no_node);
    const auto fault = proxy_.inject({.at = position::wev_after});
    send_create(client, path_);  // the event comes before this request's reply
    const auto event = client.next_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->path, path_);
    EXPECT_THROW((void)client.receive(), connection_lost);
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_TRUE(on_server(path_));
}

TEST_F(FaultPosition, HalfTowardsTheServerDropsRequests) {
    raw_client client = connect();
    EXPECT_EQ(client.exists(path_ + "-watched", true), no_node);
    const auto fault =
        proxy_.inject({.at = position::half, .op = opcode::create, .towards = direction::to_server});
    const std::int32_t xid = send_create(client, path_);
    ASSERT_TRUE(fault->wait_hits(1));
    EXPECT_EQ(direct_.create(path_ + "-watched"), ok);
    EXPECT_TRUE(client.next_event());  // the other direction is open
    EXPECT_FALSE(on_server(path_));
    proxy_.resume();
    EXPECT_EQ(client.receive().xid, xid);
    EXPECT_TRUE(on_server(path_));
}

TEST_F(FaultPosition, HalfTowardsTheClientDropsReplies) {
    raw_client client = connect();
    const auto fault =
        proxy_.inject({.at = position::half, .op = opcode::create, .towards = direction::to_client});
    const std::int32_t first = send_create(client, path_);
    ASSERT_TRUE(fault->wait_hits(1));
    const std::int32_t second = send_create(client, path_ + "-second");
    EXPECT_TRUE(eventually([&] { return on_server(path_ + "-second"); }));
    EXPECT_TRUE(silent(client));
    proxy_.resume();
    EXPECT_EQ(client.receive().xid, first);
    EXPECT_EQ(client.receive().xid, second);
}

TEST_F(FaultPosition, LagDelaysBothDirections) {
    raw_client client = connect();
    const auto fault = proxy_.inject({.at = position::lag, .op = opcode::create, .delay = milliseconds(40)});
    const auto start = clock::now();
    EXPECT_EQ(client.create(path_), ok);
    EXPECT_GE(clock::now() - start, milliseconds(80));
    EXPECT_EQ(fault->hits(), 1u);
    const auto later = clock::now();
    EXPECT_EQ(client.exists(path_), ok);  // it lasts
    EXPECT_GE(clock::now() - later, milliseconds(80));
    proxy_.set_lag(milliseconds(0));
    EXPECT_EQ(client.exists(path_), ok);
}

TEST_F(FaultPosition, SkipTimesAndSuccessChooseTheReply) {
    raw_client client = connect();
    const auto fault = proxy_.inject(
        {.at = position::rep, .op = opcode::create, .skip = 1, .path_contains = path_, .only_success = true});
    EXPECT_EQ(client.create(path_ + "/missing/parent"), no_node);
    EXPECT_EQ(client.create(path_), ok);
    EXPECT_THROW(client.create(path_ + "/child"), connection_lost);
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_TRUE(on_server(path_ + "/child"));
}

TEST_F(FaultPosition, LostHandshakeReplyLeavesASessionBehind) {
    const auto fault = proxy_.inject({.at = position::rep, .op = opcode::connect});
    const auto sessions_before = zk_.server(0).metric("zk_global_sessions");
    EXPECT_THROW((void)connect(), connection_lost);
    EXPECT_TRUE(fault->wait_hits(1));
    ASSERT_TRUE(sessions_before);
    EXPECT_GE(zk_.server(0).metric("zk_global_sessions").value_or(0), 1);
    EXPECT_TRUE(connect().attached());
}

}  // namespace
}  // namespace paddock::testing
