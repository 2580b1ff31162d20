#include <future>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "integration/lock_fixture.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Writes that take effect only while the lease's node exists.
class TransactionTest : public LockOnServersTest {
protected:
    void TearDown() override {
        for (const char* name : {"a", "b"})
            (void)ask([&](raw_client& raw) { return raw.remove(path(name)); });
        LockOnServersTest::TearDown();
    }
    std::string data(const std::string& name) {
        return ask([&](raw_client& raw) {
            raw.call(opcode::sync, frame_writer().put_string(root_));
            return raw.get(path(name)).data;
        });
    }
};

INSTANTIATE_TEST_SUITE_P(Servers, TransactionTest, ::testing::Values(1, 3));

TEST_P(TransactionTest, CommitsAllOrNothing) {
    client zk(options());
    const lease held = mutex(zk, path()).acquire();
    transaction writes(held);
    writes.create(path("a"), "1").create(path("seq-"), "s", create_mode::sequential);
    writes.create(path("b"), "2").set(path("a"), "3").check(path("a"), 1);
    EXPECT_EQ(writes.size(), 5U);
    const auto results = zk.commit(writes);
    ASSERT_EQ(results.size(), 5U);
    EXPECT_EQ(results[0].path, path("a"));
    EXPECT_TRUE(results[1].path.starts_with(path("seq-0000"))) << results[1].path;
    EXPECT_EQ(results[2].path, path("b"));
    EXPECT_EQ(results[3].node.version, 1);
    EXPECT_EQ(data("a"), "3");

    transaction bad(held);
    bad.set(path("a"), "4").remove(path("none"));
    error_code ec;
    EXPECT_TRUE(zk.commit(bad, 5s, ec).empty());
    EXPECT_EQ(ec, server_errc::no_node);
    EXPECT_EQ(data("a"), "3");
    transaction version(held);
    (void)zk.commit(version.set(path("a"), "4", 7), 5s, ec);
    EXPECT_EQ(ec, server_errc::bad_version);
    transaction exists(held);
    (void)zk.commit(exists.create(path("a")), 5s, ec);
    EXPECT_EQ(ec, server_errc::node_exists);
    EXPECT_EQ(held.state(), lease_state::held);
    transaction removal(held);
    removal.remove(path("b")).remove(path("a"), 1).remove(results[1].path);
    EXPECT_EQ(zk.commit(removal).size(), 3U);
    transaction none(held);
    EXPECT_TRUE(zk.commit(none, 5s, ec).empty());  // the guard alone
    EXPECT_EQ(ec, error_code());
}

TEST_P(TransactionTest, RefusedAfterALoss) {
    client zk(options());
    lease held = mutex(zk, path()).acquire();
    transaction writes(held);
    writes.create(path("a"), "late");
    const transaction copy = writes;
    ASSERT_TRUE(expire(held.session_id()));
    ASSERT_TRUE(eventually([&] { return held.lost_token().stop_requested(); }));
    error_code ec;
    EXPECT_TRUE(zk.commit(writes, 10s, ec).empty());
    EXPECT_EQ(ec, errc::lease_lost);
    EXPECT_THROW((void)zk.commit(copy), boost::system::system_error);
    const lease again = mutex(zk, path()).acquire();
    EXPECT_THROW((void)zk.commit(copy), boost::system::system_error);  // the new lease does not revive it
    EXPECT_EQ(ask([&](raw_client& raw) { return raw.exists(path("a")); }), no_node);
}

// The node is gone and the holder has not heard of it: the servers refuse.
TEST_P(TransactionTest, GuardFailsAtTheServer) {
    client zk(options());
    lease held = mutex(zk, path()).acquire();
    transaction writes(held);
    writes.create(path("a"), "late");
    std::promise<error_code> committed;
    ASSERT_EQ(ask([&](raw_client& raw) { return raw.remove(held.node()); }), ok);
    zk.async_commit(writes, 10s, [&](error_code ec, const std::vector<transaction_result>& results) {
        EXPECT_TRUE(results.empty());
        committed.set_value(ec);
    });
    EXPECT_EQ(committed.get_future().get(), errc::lease_lost);
    EXPECT_EQ(ask([&](raw_client& raw) { return raw.exists(path("a")); }), no_node);
}

TEST_P(TransactionTest, AfterReleaseItIsOver) {
    client zk(options());
    lease held = mutex(zk, path()).acquire();
    transaction writes(held);
    writes.create(path("a"), "late");
    EXPECT_EQ(held.release(), release_result::confirmed);
    error_code ec;
    (void)zk.commit(writes, 5s, ec);
    EXPECT_EQ(ec, errc::lease_lost);
    EXPECT_EQ(ask([&](raw_client& raw) { return raw.exists(path("a")); }), no_node);
}

TEST_P(TransactionTest, WaitsForAConnectionWithinItsTimeout) {
    fault_proxy proxy(servers_.server(0).host(), servers_.server(0).port(), "127.0.1.1");
    client zk(options(proxy.address()));
    const lease held = mutex(zk, path()).acquire();
    transaction writes(held);
    writes.create(path("a"), "1");
    proxy.block();
    proxy.cut_all();
    ASSERT_TRUE(eventually([&] { return zk.state() == session_state::suspended; }));
    error_code ec;
    const auto begin = steady_clock::now();
    (void)zk.commit(writes, 200ms, ec);
    EXPECT_EQ(ec, errc::servers_unreachable);
    EXPECT_GE(steady_clock::now() - begin, 200ms);
    std::promise<error_code> cancelled;
    boost::asio::cancellation_signal signal;
    zk.async_commit(writes, 10s,
                    boost::asio::bind_cancellation_slot(
                        signal.slot(), [&](error_code why, const std::vector<transaction_result>&) {
                            cancelled.set_value(why);
                        }));
    signal.emit(boost::asio::cancellation_type::total);
    EXPECT_EQ(cancelled.get_future().get(), boost::asio::error::operation_aborted);
    std::promise<error_code> late;
    zk.async_commit(writes, 10s,
                    [&](error_code why, const std::vector<transaction_result>&) { late.set_value(why); });
    proxy.unblock();
    EXPECT_EQ(late.get_future().get(), error_code());
    EXPECT_EQ(data("a"), "1");
}

}  // namespace
}  // namespace paddock::testing
