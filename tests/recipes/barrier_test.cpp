// The barrier in virtual time: the scenarios of Curator's and kazoo's tests, lost replies, servers that are behind.
#include <paddock/barrier.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>

#include "tests/support/core_fixture.hpp"
#include "tests/support/refusal.hpp"

namespace paddock::testing {
namespace {

constexpr const char* gate = "/gates/a";
using call = std::shared_ptr<outcome<bool>>;

class BarrierTest : public CoreTest {
protected:
    explicit BarrierTest(const ensemble_options& options = {}) : CoreTest(options) {}

    auto handler(const call& into) {
        return boost::asio::bind_cancellation_slot(
            into->cancel.slot(), [into, this](error_code ec) { recorded(into, world)(ec, true); });
    }
    call wait(core_client& by) {
        auto made = std::make_shared<outcome<bool>>();
        barrier(by.handle, gate).async_wait(handler(made));
        return made;
    }
    call wait_within(core_client& by, std::chrono::nanoseconds limit) {
        auto made = std::make_shared<outcome<bool>>();
        barrier(by.handle, gate).async_wait_until(by.process.steady_now() + limit, handler(made));
        return made;
    }
    call set(core_client& by) {
        auto made = std::make_shared<outcome<bool>>();
        barrier(by.handle, gate).async_set(handler(made));
        return made;
    }
    call remove(core_client& by) {
        auto made = std::make_shared<outcome<bool>>();
        barrier(by.handle, gate).async_remove(handler(made));
        return made;
    }
    call closed(core_client& by) {
        auto made = std::make_shared<outcome<bool>>();
        barrier(by.handle, gate).async_closed(recorded(made, world));
        return made;
    }
    ::testing::AssertionResult succeeds(const call& which) {
        if (!run_until([&] { return which->done(); })) return ::testing::AssertionFailure() << "not done";
        if (which->ec) return ::testing::AssertionFailure() << which->ec.message();
        if (which->completions != 1) return ::testing::AssertionFailure() << "completed more than once";
        return ::testing::AssertionSuccess();
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
    ASSERT_TRUE(run_until([&] { return timed->done(); }, 10s));
    EXPECT_EQ(timed->ec, make_error_code(errc::timed_out));
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
    ASSERT_TRUE(run_until([&] { return short_wait->done(); }));
    EXPECT_EQ(short_wait->ec, make_error_code(errc::timed_out));
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
    const call waiting = wait(one);
    world.advance(100ms);
    waiting->abort();
    world.settle();
    EXPECT_EQ(waiting->ec, error_code(boost::asio::error::operation_aborted));
    EXPECT_TRUE(run_until([&] { return quiet(); }));
    const call last = wait(one);
    one.close();
    ASSERT_TRUE(run_until([&] { return last->done(); }));
    EXPECT_EQ(last->ec, make_error_code(errc::client_closed));
}

TEST_F(BarrierTest, FinalAnswersAreErrors) {
    core_client& one = connected_client();
    close_gate();
    ensemble.create_by_operator("/gates/a/child");
    const call full = remove(one);
    ASSERT_TRUE(run_until([&] { return full->done(); }));
    EXPECT_EQ(full->ec, make_error_code(server_errc::not_empty));
    ensemble.deny([](request_kind kind, const std::string&) { return kind == request_kind::get; });
    const call refused = wait(one);
    ASSERT_TRUE(run_until([&] { return refused->done(); }));
    EXPECT_EQ(refused->ec, make_error_code(server_errc::no_auth));
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
