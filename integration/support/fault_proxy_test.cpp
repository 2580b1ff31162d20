#include "integration/support/fault_proxy.hpp"

#include <gtest/gtest.h>

#include "integration/support/fault_proxy_fixture.hpp"
#include "integration/support/process_stats.hpp"
#include "integration/support/proxy_group.hpp"

namespace paddock::testing {
namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

class FaultProxy : public fault_proxy_fixture {};

TEST_F(FaultProxy, PassesEverythingWithoutRules) {
    raw_client client = connect();
    ASSERT_TRUE(client.attached());
    EXPECT_EQ(client.exists(path_, true), no_node);
    EXPECT_EQ(client.create(path_, std::string(100'000, 'x')), ok);
    const auto event = client.next_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->path, path_);
    EXPECT_EQ(client.get(path_).data.size(), 100'000u);
    client.ping();
    EXPECT_EQ(client.remove(path_), ok);
    EXPECT_EQ(proxy_.connections(), 1u);
    EXPECT_EQ(client.close_session(), ok);
    EXPECT_TRUE(client.wait_closed());
    EXPECT_TRUE(proxy_.wait_connections(0));
    EXPECT_EQ(proxy_.counters().cuts, 0u);
}

TEST_F(FaultProxy, EndsTheServersConnectionWithTheClients) {
    {
        raw_client client = connect();
        EXPECT_EQ(client.create(path_), ok);
        EXPECT_EQ(proxy_.connections(), 1u);
    }
    EXPECT_TRUE(proxy_.wait_connections(0));
}

TEST_F(FaultProxy, ClearedAndDisarmedRulesDoNothing) {
    raw_client client = connect();
    const auto disarmed = proxy_.inject({.at = position::req});
    disarmed->disarm();
    EXPECT_EQ(client.create(path_), ok);
    const auto cleared = proxy_.inject({.at = position::req});
    proxy_.clear_faults();
    EXPECT_EQ(client.exists(path_), ok);
    EXPECT_EQ(disarmed->hits() + cleared->hits(), 0u);
}

TEST_F(FaultProxy, CutAllClosesEveryConnectionAndAcceptsNewOnes) {
    raw_client first = connect();
    raw_client second = connect();
    EXPECT_EQ(proxy_.cut_all(), 2u);
    EXPECT_TRUE(first.wait_closed());
    EXPECT_TRUE(second.wait_closed());
    EXPECT_EQ(proxy_.connections(), 0u);
    EXPECT_EQ(proxy_.counters().cuts, 2u);
    EXPECT_TRUE(raw_client(proxy_.host(), proxy_.port(), first.session()).attached());
}

TEST_F(FaultProxy, BlockRefusesNewConnectionsOnly) {
    raw_client before = connect();
    for (int round = 0; round < 3; ++round) {
        proxy_.block(block_mode::refuse);
        EXPECT_THROW((void)connect(), connection_lost);
        before.ping();
        proxy_.unblock();
        EXPECT_TRUE(connect().attached());
    }
}

TEST_F(FaultProxy, BlockCanStallNewConnections) {
    raw_client before = connect();
    proxy_.block(block_mode::refuse);
    proxy_.block(block_mode::stall);
    proxy_.stall();
    const auto deadline = clock::now() + default_wait;
    timed_socket parked(proxy_.host(), proxy_.port(), deadline);
    parked.send(frame_writer()
                    .put_int(0)
                    .put_long(0)
                    .put_int(10'000)
                    .put_long(0)
                    .put_string(std::string(16, '\0'))
                    .put_bool(false)
                    .finish(),
                deadline);
    ASSERT_TRUE(proxy_.wait_connections(2));
    proxy_.resume();  // does not unblock
    before.ping();
    EXPECT_FALSE(wait_readable(parked.fd(), clock::now()));
    proxy_.unblock();
    EXPECT_EQ(parked.receive(41, deadline).size(), 41u);
}

TEST_F(FaultProxy, StallStopsOldAndNewConnectionsUntilResumed) {
    raw_client client = connect();
    proxy_.stall();
    const std::int32_t xid = send_create(client, path_);
    const auto deadline = clock::now() + default_wait;
    {
        const timed_socket leaver(proxy_.host(), proxy_.port(), deadline);
        ASSERT_TRUE(proxy_.wait_connections(2));
    }
    for (int i = 0; i < 20; ++i) direct_.ping();
    EXPECT_EQ(proxy_.requests(opcode::create), 0u);
    EXPECT_FALSE(on_server(path_));
    EXPECT_EQ(proxy_.connections(), 2u);  // the end of a client is not noticed either
    proxy_.resume();
    EXPECT_EQ(client.receive().xid, xid);
    EXPECT_TRUE(on_server(path_));
    EXPECT_TRUE(proxy_.wait_connections(1));
}

TEST_F(FaultProxy, UpstreamCanChange) {
    const port_reservation nobody("127.0.0.1");
    proxy_.set_upstream("127.0.0.1", nobody.port());
    EXPECT_THROW((void)connect(), connection_lost);
    EXPECT_TRUE(proxy_.wait_connections(0));
    proxy_.set_upstream(zk_.server(0).host(), zk_.server(0).port());
    EXPECT_TRUE(connect().attached());
}

TEST_F(FaultProxy, TraceShowsHowOftenAClientWaited) {
    raw_client client = connect();
    proxy_.set_lag(milliseconds(20));
    proxy_.clear_trace();
    send_create(client, path_);
    client.send(opcode::get_children, frame_writer().put_string(path_).put_bool(false));
    (void)client.receive();
    (void)client.receive();
    EXPECT_EQ(network_waits(proxy_.trace()), 1u);
    EXPECT_EQ(client.exists(path_), ok);
    const auto trace = proxy_.trace();
    EXPECT_EQ(network_waits(trace), 2u);
    ASSERT_EQ(trace.size(), 6u);
    EXPECT_EQ(trace[0].frame.op, opcode::create);
    EXPECT_EQ(trace[0].frame.path, path_);
    EXPECT_EQ(trace[1].frame.op, opcode::get_children);
    EXPECT_EQ(trace[2].frame.towards, direction::to_client);
    EXPECT_EQ(trace[2].frame.op, opcode::create);
    EXPECT_GT(trace[2].frame.zxid, 0);
    EXPECT_EQ(proxy_.requests(opcode::create), 1u);
    EXPECT_EQ(proxy_.requests(opcode::sync), 0u);
    EXPECT_GT(proxy_.counters().bytes_to_client, 41u);
}

TEST_F(FaultProxy, LeavesNoThreadAndNoDescriptor) {
    const std::size_t threads = thread_count();
    const std::size_t files = open_fd_count();
    {
        fault_proxy other(zk_.server(0).host(), zk_.server(0).port(), "127.0.0.3");
        raw_client client(other.host(), other.port());
        other.stall();
        raw_client parked_reader = connect();
        EXPECT_EQ(thread_count(), threads + 1);
    }
    ASSERT_TRUE(proxy_.wait_connections(0));
    EXPECT_TRUE(eventually([&] { return thread_count() == threads; }));
    EXPECT_EQ(open_fd_count(), files);
}

TEST(ProxyGroup, ReachesEveryServerOfAnEnsemble) {
    zk_ensemble& zk = shared_ensemble();
    proxy_group proxies(zk);
    ASSERT_EQ(proxies.size(), 3u);
    std::vector<raw_client> clients;
    std::string addresses;
    for (std::size_t i = 0; i < proxies.size(); ++i) {
        clients.emplace_back(proxies[i].host(), proxies[i].port());
        addresses += (i == 0 ? "" : ",") + proxies[i].address();
    }
    EXPECT_EQ(proxies.connect_string(), addresses);
    EXPECT_EQ(proxies.connections(), 3u);
    EXPECT_TRUE(proxies.cut_once());
    EXPECT_TRUE(clients.front().wait_closed());
    EXPECT_EQ(proxies.cut_all(), 2u);
    for (auto& client : clients) EXPECT_TRUE(client.wait_closed());
    EXPECT_FALSE(proxies.cut_once());
}

}  // namespace
}  // namespace paddock::testing
