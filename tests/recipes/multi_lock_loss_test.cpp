// Several claims as one are lost as a whole, also while they wait.
#include <paddock/transaction.hpp>

#include "tests/recipes/multi_lock_fixture.hpp"

namespace paddock::testing {
namespace {

TEST_F(MultiLock, RobbedWhileHeldLosesAll) {
    core_client& one = connected_client();
    for (const std::size_t which : {0u, 1u}) {
        const attempt got = hold_claim(both(one));
        ensemble.remove_by_operator(got->result.parts()[which].node);
        ASSERT_TRUE(run_until([&] { return got->result.state() == lease_state::lost; }, 100ms));
        EXPECT_EQ(got->result.reason(), loss_reason::node_deleted);
        EXPECT_TRUE(got->result.lost_token().stop_requested());
        EXPECT_TRUE(run_until([this] { return all_nodes() == 0; })) << "the other part goes too";
        let_go(got);
    }
    EXPECT_EQ(one.stats().leases_lost, 2u);
}

// It waits for /locks/b when its place in /locks/a, which it had reached, is taken from it.
TEST_F(MultiLock, RobbedOfAPartWhileWaitingForAnother) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt b = hold(one, "/locks/b");
    const attempt waiting = queue_up(both(two));
    rob("/locks/a");
    ASSERT_TRUE(run_until([this] { return nodes("/locks/a") == 1 && nodes("/locks/b") == 2; }, 200ms))
        << "it joins again, in both queues";
    EXPECT_FALSE(waiting->done());
    let_go(b);
    ASSERT_TRUE(granted(waiting));
    EXPECT_EQ(waiting->result.parts()[0].token, waiting->result.parts()[1].token);
}

// And of the place that it has not begun to wait for.
TEST_F(MultiLock, RobbedOfALaterPartWhileWaitingForTheFirst) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold(one, "/locks/a");
    const attempt waiting = queue_up(both(two));
    const attempt behind = queue_up(lock(one, "/locks/b"));
    rob("/locks/b");
    ASSERT_TRUE(granted(behind));
    EXPECT_TRUE(run_until([this] { return nodes("/locks/b") == 2; }, 200ms));
    let_go(a);
    world.advance(50ms);
    EXPECT_FALSE(waiting->done());
    let_go(behind);
    EXPECT_TRUE(granted(waiting));
}

TEST_F(MultiLock, SessionLostWhileWaiting) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt b = hold(one, "/locks/b");
    const attempt waiting = queue_up(both(two));
    ensemble.expire_session(two.session_id());
    EXPECT_TRUE(run_until([this] { return all_nodes() == 1; }));
    EXPECT_TRUE(run_until([this] { return all_nodes() == 3; }));
    let_go(b);
    ASSERT_TRUE(granted(waiting));
    EXPECT_EQ(waiting->result.session_id(), two.session_id());
}

TEST_F(MultiLock, CutAndBackKeepsAll) {
    core_client& one = connected_client();
    const attempt got = hold_claim(both(one));
    ensemble.cut(one.number());
    ASSERT_TRUE(run_until([&] { return got->result.state() == lease_state::suspect; }));
    ASSERT_TRUE(run_until([&] { return got->result.state() == lease_state::held; }));
    EXPECT_EQ(all_nodes(), 2u);
}

// What was deleted while it was cut off is noticed at the return, whichever part it is.
TEST_F(MultiLock, RobbedWhileCutOff) {
    core_client& one = connected_client();
    const attempt other = hold(one, "/locks/c");
    const attempt got = hold_claim(both(one));
    ensemble.refuse_connections(true);
    ensemble.cut(one.number());
    world.advance(100ms);
    ensemble.remove_by_operator(got->result.parts()[1].node);
    ensemble.refuse_connections(false);
    ASSERT_TRUE(run_until([&] { return got->result.state() == lease_state::lost; }, 2s));
    EXPECT_TRUE(run_until([&] { return other->result.state() == lease_state::held; }));
    EXPECT_TRUE(run_until([this] { return all_nodes() == 0; }));
}

TEST_F(MultiLock, TransactionIsGuardedByAllParts) {
    core_client& one = connected_client();
    for (const std::size_t which : {0u, 1u}) {
        const attempt got = hold_claim(both(one));
        transaction writes(got->result);
        writes.create("/effect-", "", create_mode::sequential);
        const auto commit = [&] {
            error_code told = errc::timed_out;
            bool done = false;
            one.handle.async_commit(writes, 2s, [&](error_code ec, std::vector<transaction_result> result) {
                told = ec;
                done = true;
                EXPECT_EQ(result.size(), ec ? 0u : 1u);
            });
            EXPECT_TRUE(run_until([&] { return done; }));
            return told;
        };
        EXPECT_EQ(commit(), error_code());
        const std::string node = got->result.parts()[which].node;
        ensemble.before_next(request_kind::multi, [&] { ensemble.remove_by_operator(node); });
        EXPECT_EQ(commit(), make_error_code(errc::lease_lost)) << which;
        ASSERT_TRUE(run_until([this] { return all_nodes() == 0; }));
        let_go(got);
    }
}

TEST_F(MultiLock, ClosedClientLeavesNothing) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt b = hold(one, "/locks/b");
    const attempt waiting = queue_up(both(two));
    two.close();
    ASSERT_TRUE(run_until_done(waiting));
    EXPECT_EQ(waiting->ec, make_error_code(errc::client_closed));
    EXPECT_TRUE(run_until([this] { return all_nodes() == 1; }));
}

// Both watches on its own nodes were refused for now; both are set again.
TEST_F(MultiLock, RobbedAfterItsWatchesWereThrottled) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt b = hold(one, "/locks/b");
    let_go(hold(one, "/locks/a"));
    world.advance(100ms);
    request_filter own{two.number(), 0, "/locks/a/"};
    ensemble.answer_next(request_kind::get, server_errc::throttled, own);
    own.path_part = "/locks/b/";
    own.skip = 1;  // the first one looks at the predecessor
    ensemble.answer_next(request_kind::get, server_errc::throttled, own);
    const attempt waiting = queue_up(both(two));
    ASSERT_EQ(ensemble.planned(), 0u);
    world.advance(1s);
    rob("/locks/a");
    EXPECT_TRUE(run_until([this] { return nodes("/locks/a") == 1 && nodes("/locks/b") == 2; }, 200ms))
        << "it joins again, in both queues";
    let_go(b);
    EXPECT_TRUE(granted(waiting));
}

}  // namespace
}  // namespace paddock::testing
