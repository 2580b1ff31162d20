// The barrier in virtual time: the scenarios of Curator's and kazoo's tests, lost replies, servers that are behind.
#include <paddock/barrier.hpp>

#include "tests/recipes/call_fixture.hpp"

namespace paddock::testing {
namespace {

constexpr const char* gate = "/gates/a";

class BarrierTest : public CallTest {
protected:
    using CallTest::CallTest;

    call wait(core_client& by) {
        return begin_void([&](auto handler) { barrier(by.handle, gate).async_wait(handler); });
    }
    call wait_within(core_client& by, std::chrono::nanoseconds limit) {
        const auto deadline = by.process.steady_now() + limit;
        return begin_void(
            [&](auto handler) { barrier(by.handle, gate).async_wait_until(deadline, handler); });
    }
    call set(core_client& by) {
        return begin_void([&](auto handler) { barrier(by.handle, gate).async_set(handler); });
    }
    call remove(core_client& by) {
        return begin_void([&](auto handler) { barrier(by.handle, gate).async_remove(handler); });
    }
    call closed(core_client& by) {
        return begin([&](auto handler) { barrier(by.handle, gate).async_closed(handler); });
    }
    void close_gate() {
        ensemble.create_by_operator("/gates");
        ensemble.create_by_operator(gate);
    }
};

using CuratorDistributedBarrier = BarrierTest;
using KazooBarrier = BarrierTest;

TEST_F(CuratorDistributedBarrier, testBasic) {
    core_client& one = connected_client();
    ASSERT_TRUE(succeeds(set(one)));
    const call waiting = wait(one);
    world.advance(5s);
    EXPECT_FALSE(waiting->done());
    EXPECT_EQ(one.stats().watches, 1u);
    ASSERT_TRUE(succeeds(remove(one)));
    EXPECT_TRUE(succeeds(waiting));
}

TEST_F(CuratorDistributedBarrier, testNoBarrier) {
    core_client& one = connected_client();
    const auto begin = world.now();
    const call waiting = wait(one);
    ASSERT_TRUE(succeeds(waiting));
    EXPECT_EQ(waiting->at - begin, 2ms) << "one network wait";
    EXPECT_TRUE(ensemble.paths().empty());
}

TEST_F(CuratorDistributedBarrier, testMultiClient) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    ASSERT_TRUE(succeeds(set(one)));
    std::vector<call> waiting;
    for (core_client* by : {&one, &two, &two}) waiting.push_back(wait(*by));
    world.advance(1s);
    EXPECT_EQ(two.stats().watches, 1u) << "one watch for all of one client";
    ASSERT_TRUE(succeeds(remove(two)));
    for (const call& each : waiting) EXPECT_TRUE(succeeds(each));
}

// Curator's wait fails with the connection; ours goes on until its deadline, and never takes the loss for an opening.
TEST_F(CuratorDistributedBarrier, testServerCrash) {
    core_client& one = connected_client();
    ASSERT_TRUE(succeeds(set(one)));
    const call timed = wait_within(one, 8s);
    const call patient = wait(one);
    world.advance(100ms);
    ensemble.power(false);
    ASSERT_TRUE(ends_with(timed, errc::timed_out));
    EXPECT_FALSE(patient->done());
    ensemble.power(true);
    world.advance(5s);
    EXPECT_FALSE(patient->done());
    ASSERT_TRUE(succeeds(remove(one)));
    EXPECT_TRUE(succeeds(patient));
}

TEST_F(KazooBarrier, test_barrier_not_exist) {
    core_client& one = connected_client();
    EXPECT_TRUE(succeeds(wait_within(one, 100ms)));
}

TEST_F(KazooBarrier, test_barrier_exists) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    ASSERT_TRUE(succeeds(set(one)));
    ASSERT_TRUE(succeeds(set(one))) << "set again";
    const call waiting = wait(two);
    const call short_wait = wait_within(two, 100ms);
    ASSERT_TRUE(ends_with(short_wait, errc::timed_out));
    ASSERT_TRUE(succeeds(remove(one)));
    EXPECT_TRUE(succeeds(waiting));
}

TEST_F(KazooBarrier, test_remove_nonexistent_barrier) {
    core_client& one = connected_client();
    EXPECT_TRUE(succeeds(remove(one)));
}

TEST_F(BarrierTest, TellsWhetherItIsClosed) {
    core_client& one = connected_client();
    const call before = closed(one);
    ASSERT_TRUE(succeeds(before));
    EXPECT_FALSE(before->result);
    ASSERT_TRUE(succeeds(set(one)));
    const call after = closed(one);
    ASSERT_TRUE(succeeds(after));
    EXPECT_TRUE(after->result);
}

TEST_F(BarrierTest, EveryRequestMayBeLost) {
    for (const auto where : {fault_position::before_send, fault_position::before_commit,
                             fault_position::after_commit, fault_position::on_reply}) {
        core_client& one = connected_client();
        ensemble.fail_next(request_kind::create, where);
        ASSERT_TRUE(succeeds(set(one)));
        ensemble.fail_next(request_kind::multi, where);
        const call asked = closed(one);
        ASSERT_TRUE(succeeds(asked));
        EXPECT_TRUE(asked->result);
        ensemble.fail_next(request_kind::get, where);
        const call waiting = wait(one);
        world.advance(2s);
        EXPECT_FALSE(waiting->done());
        ensemble.fail_next(request_kind::remove, where);
        ASSERT_TRUE(succeeds(remove(one)));
        EXPECT_TRUE(succeeds(waiting));
    }
}

TEST_F(BarrierTest, WaitGoesOnInANewSession) {
    core_client& one = connected_client();
    close_gate();
    const call waiting = wait(one);
    world.advance(100ms);
    ensemble.expire_session(one.session_id());
    world.advance(3s);
    EXPECT_FALSE(waiting->done());
    ensemble.remove_by_operator(gate);
    EXPECT_TRUE(succeeds(waiting));
}

// Closed again before the waiter has looked: it goes on waiting, for it never sees the barrier open.
TEST_F(BarrierTest, WakeUpsAreNoOpenings) {
    core_client& one = connected_client();
    close_gate();
    const call waiting = wait(one);
    world.advance(100ms);
    ensemble.set_by_operator(gate, "changed");
    ensemble.remove_by_operator(gate);
    ensemble.create_by_operator(gate);
    world.advance(1s);
    EXPECT_FALSE(waiting->done());
    ensemble.remove_by_operator(gate);
    EXPECT_TRUE(succeeds(waiting));
}

TEST_F(BarrierTest, CancelledWaitLeavesNoWatch) {
    core_client& one = connected_client();
    close_gate();
    expect_wait_ends_clean(one, [&] { return wait(one); });
}

TEST_F(BarrierTest, FinalAnswersAreErrors) {
    core_client& one = connected_client();
    close_gate();
    ensemble.create_by_operator("/gates/a/child");
    EXPECT_TRUE(ends_with(remove(one), server_errc::not_empty));
    ensemble.deny([](request_kind kind, const std::string&) { return kind == request_kind::get; });
    EXPECT_TRUE(ends_with(wait(one), server_errc::no_auth));
    ensemble.deny({});
}

TEST_F(BarrierTest, BadArgumentsAreRefused) {
    core_client& one = connected_client();
    EXPECT_TRUE(refuses([&] { barrier(one.handle, "/"); }, errc::invalid_path, {"'/'"}));
    EXPECT_TRUE(refuses([&] { barrier(one.handle, "gate"); }, errc::invalid_path, {"gate"}));
    barrier on(one.handle, gate);
    EXPECT_TRUE(refuses([&] { on.set_for(0s); }, errc::invalid_duration, {"0 ns"}));
    error_code ec;
    EXPECT_FALSE(on.wait_for(-1s, ec));
    EXPECT_EQ(ec, make_error_code(errc::invalid_duration));
}

// What another client has closed before is seen, though the server here is behind.
class BarrierOnThreeServers : public BarrierTest {
protected:
    BarrierOnThreeServers() : BarrierTest(on_three_servers()) {}
};

TEST_F(BarrierOnThreeServers, ServerThatIsBehindOpensNothing) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    ensemble.lag(500ms);
    ASSERT_TRUE(succeeds(set(one)));
    const call waiting = wait(two);
    const call asked = closed(two);
    ASSERT_TRUE(succeeds(asked));
    EXPECT_TRUE(asked->result);
    world.advance(3s);
    EXPECT_FALSE(waiting->done());
    ASSERT_TRUE(succeeds(remove(one)));
    EXPECT_TRUE(succeeds(waiting));
}

}  // namespace
}  // namespace paddock::testing
