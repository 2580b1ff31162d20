#include <future>
#include <thread>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class BarrierOnServers : public LockOnServersTest {};

INSTANTIATE_TEST_SUITE_P(Servers, BarrierOnServers, ::testing::Values(1, 3));

TEST_P(BarrierOnServers, OpensForAllWhoWait) {
    client one(options());
    client two(options());
    barrier gate(one, path("deep/gate"));
    EXPECT_FALSE(gate.closed());
    EXPECT_TRUE(gate.wait_for(10s)) << "never set";
    gate.set();
    gate.set();
    EXPECT_TRUE(gate.closed());
    EXPECT_FALSE(gate.wait_for(200ms));
    barrier same(two, path("deep/gate"));
    EXPECT_TRUE(same.closed()) << "whatever server it asks";
    auto waiting = std::async(std::launch::async, [&] { same.wait(); });
    ASSERT_TRUE(eventually([&] { return two.stats().watches == 1; }));
    gate.remove();
    gate.remove();
    ASSERT_EQ(waiting.wait_for(10s), std::future_status::ready);
    EXPECT_NO_THROW(waiting.get());
    EXPECT_FALSE(same.closed());
}

// Hazard F9.
TEST_P(BarrierOnServers, LostConnectionsOpenNothing) {
    fault_proxy proxy(servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1");
    client one(options());
    client cut(options(proxy.address()));
    barrier gate(one, path("gate"));
    gate.set();
    std::promise<error_code> waited;
    barrier(cut, path("gate")).async_wait([&](error_code ec) { waited.set_value(ec); });
    auto answer = waited.get_future();
    ASSERT_TRUE(eventually([&] { return cut.stats().watches == 1; }));
    for (int i = 0; i < 3; ++i) {
        proxy.cut_all();
        ASSERT_TRUE(eventually([&] { return cut.state() == session_state::connected; }));
        EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout);
    }
    ASSERT_TRUE(expire(cut.session_id()));
    ASSERT_TRUE(
        eventually([&] { return cut.state() == session_state::connected && cut.stats().watches == 1; }));
    EXPECT_EQ(answer.wait_for(0s), std::future_status::timeout);
    gate.remove();
    ASSERT_EQ(answer.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(answer.get(), error_code());
}

TEST_P(BarrierOnServers, EndsByStopAndLimit) {
    client one(options());
    barrier gate(one, path("gate"));
    gate.set_for(10s);
    std::stop_source stop;
    auto waiting = std::async(std::launch::async, [&] {
        error_code ec;
        gate.wait(stop.get_token(), ec);
        return ec;
    });
    ASSERT_TRUE(eventually([&] { return one.stats().watches == 1; }));
    stop.request_stop();
    EXPECT_EQ(waiting.get(), boost::asio::error::operation_aborted);
    error_code ec;
    EXPECT_FALSE(gate.wait_for(100ms, ec));
    EXPECT_EQ(ec, errc::timed_out);
    gate.remove();
}

}  // namespace
}  // namespace paddock::testing
