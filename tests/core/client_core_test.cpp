// The client: one session after another, what it tells of them, and its end.
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

class ClientCore : public CoreTest {
protected:
    std::vector<session_state> states() const {
        std::vector<session_state> all;
        for (const session_event& one : events) all.push_back(one.state);
        return all;
    }
    void watch(core_client& one) {
        watching_ =
            one.handle.on_state_change([this](const session_event& event) { events.push_back(event); });
    }
    void TearDown() override {
        watching_.reset();
        CoreTest::TearDown();
    }
    using list = std::vector<session_state>;
    std::vector<session_event> events;
    subscription watching_;
};

TEST_F(ClientCore, EventsOfALifeInOrder) {
    core_client& one = add_client();
    watch(one);
    EXPECT_EQ(one.state(), session_state::connecting);
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::connected; }));
    const auto first = one.session_id();
    ensemble.cut(one.number());
    world.advance(100ms);
    ensemble.expire_session(first);
    ASSERT_TRUE(run_until([&] { return one.session_id() != 0 && one.session_id() != first; }));
    one.close();
    ASSERT_TRUE(run_until([&] { return one.closed; }));
    world.settle();
    using enum session_state;
    EXPECT_EQ(states(),
              (list{connected, suspended, connected, suspended, lost, connecting, connected, closed}));
    EXPECT_EQ(events[0].session_id, first);
    EXPECT_EQ(events[0].timeout, 3s);
    EXPECT_EQ(events[4].reason, make_error_code(errc::session_expired));
    EXPECT_EQ(events[4].session_id, 0);
    EXPECT_EQ(events[7].reason, make_error_code(errc::client_closed));
    EXPECT_EQ(one.stats().sessions, 2u);
}

TEST_F(ClientCore, UnsubscribedHandlerIsNotCalled) {
    core_client& one = add_client();
    watch(one);
    watching_.reset();
    ASSERT_TRUE(run_until([&] { return one.state() == session_state::connected; }));
    EXPECT_TRUE(events.empty());
}

TEST_F(ClientCore, HandlerMayCloseAndUnsubscribe) {
    core_client& one = add_client();
    int calls = 0;
    subscription mine;
    mine = one.handle.on_state_change([&](const session_event&) {
        ++calls;
        mine.reset();
        one.close();
    });
    ASSERT_TRUE(run_until([&] { return one.closed; }));
    EXPECT_EQ(calls, 1);
}

TEST_F(ClientCore, FailedAuthenticationIsFinal) {
    ensemble.reject_credentials(true);
    core_client& one = add_client();
    watch(one);
    const attempt waiting = acquire(one);
    ASSERT_TRUE(run_until_done(waiting));
    EXPECT_EQ(waiting->ec, make_error_code(server_errc::auth_failed));
    const auto opened = ensemble.handles();
    world.advance(60s);
    EXPECT_EQ(ensemble.handles(), opened) << "asking again with the same credentials";
    const attempt later = acquire(one);
    ASSERT_TRUE(run_until_done(later, 1s));
    EXPECT_EQ(later->ec, make_error_code(server_errc::auth_failed));
    EXPECT_EQ(states(), list{session_state::lost});
    EXPECT_EQ(events[0].reason, make_error_code(server_errc::auth_failed));
}

TEST_F(ClientCore, AuthenticationThatFailsLaterLosesTheLeases) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    ensemble.reject_credentials(true);
    ensemble.cut(one.number());
    ASSERT_TRUE(run_until([&] { return got->result.state() == lease_state::lost; }, 1s));
    const attempt later = acquire(one);
    ASSERT_TRUE(run_until_done(later, 1s));
    EXPECT_EQ(later->ec, make_error_code(server_errc::auth_failed));
}

TEST_F(ClientCore, ServersThatReturnFindTheClientWaiting) {
    ensemble.power(false);
    core_client& one = add_client();
    const attempt waiting = acquire(one);
    world.advance(60s);
    EXPECT_EQ(one.state(), session_state::connecting);
    EXPECT_FALSE(waiting->done());
    ensemble.power(true);
    ASSERT_TRUE(run_until_done(waiting, 5s));
    EXPECT_TRUE(waiting->granted());
}

TEST_F(ClientCore, CloseGivesUpWhatIsWaiting) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt held = hold(one);
    std::vector<attempt> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(acquire(two));
    world.advance(20ms);
    two.close();
    world.settle();
    for (const attempt& gone : waiting) EXPECT_EQ(gone->ec, make_error_code(errc::client_closed));
    ASSERT_TRUE(run_until([&] { return two.closed; }, 100ms));
    EXPECT_EQ(nodes(), 1u);
    EXPECT_EQ(two.state(), session_state::closed);
}

TEST_F(ClientCore, CloseIsBoundedWhenNoServerAnswers) {
    core_client& one = connected_client();
    const attempt held = hold(one);
    ensemble.stall(true);
    const auto begin = world.now();
    one.close();
    ASSERT_TRUE(run_until([&] { return one.closed; }));
    EXPECT_LE(world.now() - begin, 2s);
}

TEST_F(ClientCore, CloseBeforeTheFirstConnection) {
    core_client& one = add_client();
    const attempt waiting = acquire(one);
    one.close();
    world.settle();
    EXPECT_EQ(waiting->ec, make_error_code(errc::client_closed));
    EXPECT_TRUE(one.closed);
}

TEST_F(ClientCore, StatsCountWhatIsThere) {
    core_client& one = connected_client();
    const attempt held = hold(one);
    const attempt waiting = acquire(one);
    world.advance(20ms);
    const client_stats now = one.stats();
    EXPECT_EQ(now.sessions, 1u);
    EXPECT_EQ(now.leases, 1u);
    EXPECT_EQ(now.waiters, 1u);
    EXPECT_EQ(now.watches, 2u) << "the holder's own node is also what the waiter watches";
    EXPECT_EQ(now.ephemeral_path_bytes, 2 * (held->result.node().size() + 1)) << "room for a negative number";
    EXPECT_GT(now.requests_sent, 4u);
    EXPECT_GT(now.bytes_sent, 0u);
    EXPECT_GT(now.bytes_received, 0u);
    EXPECT_EQ(now.obligations, 0u);
}

}  // namespace
}  // namespace paddock::testing
