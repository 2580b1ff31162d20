#include <algorithm>
#include <atomic>
#include <vector>

#include "integration/lock_fixture.hpp"
#include "integration/support/proxy_group.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class ExpiryTest : public LockOnServersTest {};

INSTANTIATE_TEST_SUITE_P(Servers, ExpiryTest, ::testing::Values(1, 3));

TEST_P(ExpiryTest, HolderLearnsThatItsSessionHasExpired) {
    client holder(options());
    client other(options());
    mutex first(holder, path());
    mutex second(other, path());
    lease held = first.acquire();
    const fencing_token token = held.fencing_token();
    observed_states states;
    const auto watching = held.on_state_change(states.handler());
    pending_lease next;
    second.async_acquire(next.handler());
    ASSERT_TRUE(has_nodes(path(), 2));

    ASSERT_TRUE(expire(holder.session_id()));

    EXPECT_TRUE(eventually([&] { return held.lost_token().stop_requested(); }));
    EXPECT_EQ(held.state(), lease_state::lost);
    EXPECT_EQ(held.reason(), loss_reason::session_expired);
    EXPECT_EQ(held.remaining(), 0ms);
    EXPECT_FALSE(held.check());
    EXPECT_TRUE(
        eventually([&] { return !states.so_far().empty() && states.so_far().back() == lease_state::lost; }));
    ASSERT_TRUE(next.wait());
    EXPECT_GT(next.held().fencing_token(), token);
    EXPECT_EQ(held.release(), release_result::already_lost);
    EXPECT_EQ(holder.stats().leases_lost, 1U);

    // The client goes on with a new session.
    EXPECT_EQ(next.held().release(), release_result::confirmed);
    EXPECT_GT(first.acquire().fencing_token(), token);
    EXPECT_EQ(holder.stats().sessions, 2U);
}

TEST_P(ExpiryTest, WaiterJoinsAgainWithItsNewSession) {
    client holder(options());
    client waiter(options());
    client last(options());
    lease held = mutex(holder, path()).acquire();
    pending_lease expired;
    pending_lease behind;
    mutex(waiter, path()).async_acquire(expired.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    mutex(last, path()).async_acquire(behind.handler());
    ASSERT_TRUE(has_nodes(path(), 3));
    const std::int64_t old_session = waiter.session_id();

    ASSERT_TRUE(expire(old_session));
    ASSERT_TRUE(eventually([&] { return waiter.session_id() != 0 && waiter.session_id() != old_session; }));
    ASSERT_TRUE(has_nodes(path(), 3));
    EXPECT_FALSE(expired.done());
    EXPECT_FALSE(behind.done());
    EXPECT_EQ(held.state(), lease_state::held);

    // It has lost its place: the one that was behind it comes first.
    EXPECT_EQ(held.release(), release_result::confirmed);
    ASSERT_TRUE(behind.wait());
    EXPECT_FALSE(expired.done());
    const fencing_token token = behind.held().fencing_token();
    EXPECT_EQ(behind.held().release(), release_result::confirmed);
    ASSERT_TRUE(expired.wait());
    EXPECT_GT(expired.held().fencing_token(), token);
    EXPECT_EQ(expired.held().session_id(), waiter.session_id());
}

// A waiter's deadline runs on over the change of its session.
TEST_P(ExpiryTest, ExpiredWaiterStillTimesOut) {
    client holder(options());
    client waiter(options());
    const lease held = mutex(holder, path()).acquire();
    pending_lease late;
    const auto begin = steady_clock::now();
    mutex(waiter, path()).async_acquire_for(1500ms, late.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    ASSERT_TRUE(expire(waiter.session_id()));
    ASSERT_TRUE(late.wait());
    EXPECT_EQ(late.error(), errc::timed_out);
    EXPECT_GE(steady_clock::now() - begin, 1500ms);
    EXPECT_LT(steady_clock::now() - begin, 2500ms);
    EXPECT_TRUE(has_nodes(path(), 1));
}

TEST_P(ExpiryTest, NodeDeletedByAnOperatorIsALoss) {
    client holder(options());
    lease held = mutex(holder, path()).acquire();
    ASSERT_EQ(ask([&](raw_client& raw) { return raw.remove(held.node()); }), ok);
    EXPECT_TRUE(eventually([&] { return held.lost_token().stop_requested(); }));
    EXPECT_EQ(held.reason(), loss_reason::node_deleted);
    EXPECT_EQ(holder.stats().sessions, 1U);
}

TEST_P(ExpiryTest, WaiterWhoseNodeIsDeletedJoinsAgain) {
    client holder(options());
    client waiter(options());
    lease held = mutex(holder, path()).acquire();
    pending_lease next;
    mutex(waiter, path()).async_acquire(next.handler());
    ASSERT_TRUE(has_nodes(path(), 2));
    const std::string before = nodes(path()).back();
    ASSERT_EQ(ask([&](raw_client& raw) { return raw.remove(path() + "/" + before); }), ok);
    ASSERT_TRUE(eventually([&] {
        const auto now = nodes(path());
        return now.size() == 2 && now.back() != before;
    }));
    EXPECT_EQ(held.release(), release_result::confirmed);
    ASSERT_TRUE(next.wait());
    EXPECT_TRUE(next.held());
}

// Silence of all servers: suspect first, then lost at the latest one session timeout after the last contact.
TEST_P(ExpiryTest, FrozenServersMakeALeaseSuspectThenLost) {
    for (const bool heartbeat : {true, false}) {
        client_options chosen = options();
        chosen.session_timeout = 2s;
        chosen.lease_heartbeat = heartbeat;
        client holder(chosen);
        lease held = mutex(holder, path()).acquire();
        observed_states states;
        const auto watching = held.on_state_change(states.handler());
        ASSERT_EQ(held.state(), lease_state::held);

        for (std::size_t i = 0; i < servers_.size(); ++i) servers_.freeze(i);
        const auto frozen = steady_clock::now();
        EXPECT_TRUE(eventually([&] { return held.state() == lease_state::suspect; }, 2s));
        EXPECT_TRUE(eventually([&] { return held.lost_token().stop_requested(); }, 3s));
        const auto lost_after = steady_clock::now() - frozen;
        EXPECT_EQ(held.state(), lease_state::lost);
        EXPECT_EQ(held.reason(), loss_reason::no_contact);
        EXPECT_LT(lost_after, 2s + 300ms);  // the last contact was before the freeze
        RecordProperty(heartbeat ? "lost_after_ms" : "lost_after_ms_without_heartbeat",
                       static_cast<int>(lost_after / 1ms));
        EXPECT_TRUE(eventually(
            [&] { return !states.so_far().empty() && states.so_far().back() == lease_state::lost; }));
        EXPECT_EQ(states.so_far().front(), lease_state::suspect);

        for (std::size_t i = 0; i < servers_.size(); ++i) servers_.thaw(i);
        ASSERT_TRUE(servers_.wait_all_serving());
        EXPECT_TRUE(mutex(holder, path()).acquire());
        EXPECT_EQ(held.state(), lease_state::lost);  // for ever
    }
}

TEST_P(ExpiryTest, StrictPolicyLosesAtTheFirstDoubt) {
    proxy_group proxies(servers_);
    client_options chosen = options(proxies.connect_string());
    chosen.on_loss = loss_policy::strict;
    client holder(chosen);
    lease held = mutex(holder, path()).acquire();
    ASSERT_TRUE(proxies.cut_once());
    EXPECT_TRUE(eventually([&] { return held.lost_token().stop_requested(); }, 1s));
    EXPECT_EQ(held.reason(), loss_reason::suspect);
    EXPECT_TRUE(has_nodes(path(), 0));  // given up: the next in the queue may go on
    EXPECT_TRUE(holder.wait_connected(5s));
    EXPECT_EQ(holder.stats().sessions, 1U);
}

// The other side of grace: a break that heals in time costs nothing.
TEST_P(ExpiryTest, BriefSilenceLeavesTheLeaseHeld) {
    proxy_group proxies(servers_);
    client holder(options(proxies.connect_string()));
    lease held = mutex(holder, path()).acquire();
    const auto token = held.fencing_token();
    for (std::size_t i = 0; i < proxies.size(); ++i) proxies[i].block();
    ASSERT_TRUE(proxies.cut_once());
    EXPECT_TRUE(eventually([&] { return held.state() == lease_state::suspect; }, 1s));
    EXPECT_TRUE(eventually([&] { return holder.state() == session_state::suspended; }, 1s));
    for (std::size_t i = 0; i < proxies.size(); ++i) proxies[i].unblock();
    EXPECT_TRUE(eventually([&] { return held.state() == lease_state::held; }, 3s));
    EXPECT_EQ(held.fencing_token(), token);
    EXPECT_TRUE(held.check());
    EXPECT_EQ(held.release(), release_result::confirmed);
}

}  // namespace
}  // namespace paddock::testing
