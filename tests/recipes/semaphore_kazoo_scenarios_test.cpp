// The semaphore in the scenarios of kazoo's tests, by their names, as far as Curator's do not show them.
#include "tests/recipes/semaphore_fixture.hpp"

namespace paddock::testing {
namespace {

TEST_F(SemaphoreTest, test_non_blocking) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = take_now(limited(two, 1));
    ASSERT_TRUE(run_until_done(b));
    EXPECT_EQ(b->ec, make_error_code(errc::timed_out));
    EXPECT_TRUE(run_until([this] { return nodes() == 1; }, 50ms));
    let_go(a);
    ASSERT_TRUE(run_until([this] { return nodes() == 0; }, 50ms));
    const attempt c = take_now(limited(two, 1));
    ASSERT_TRUE(run_until_done(c));
    EXPECT_TRUE(c->granted());
}

TEST_F(SemaphoreTest, test_handle_session_loss) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    core_client& three = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = queue_up(limited(two, 1));
    const attempt c = queue_up(limited(three, 1));
    ensemble.expire_session(two.session_id());
    ASSERT_TRUE(run_until([this] { return nodes() == 3; }, 5s)) << "it joins again, at the end";
    ensemble.expire_session(one.session_id());
    ASSERT_TRUE(run_until_done(c));
    EXPECT_FALSE(b->done());
    ASSERT_TRUE(run_until([&] { return a->result.state() == lease_state::lost; }));
    let_go(c);
    ASSERT_TRUE(run_until_done(b));
}

TEST_F(SemaphoreTest, test_reacquire) {
    core_client& one = connected_client();
    for (int i = 0; i < 3; ++i) let_go(hold_permits(limited(one, 1)));
    ASSERT_TRUE(run_until([this] { return nodes() == 0; }));
}

TEST_F(SemaphoreTest, test_acquire_after_cancelled) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(limited(one, 1));
    const attempt b = queue_up(limited(two, 1));
    b->abort();
    const attempt c = queue_up(limited(two, 1));
    let_go(a);
    EXPECT_TRUE(run_until_done(c));
}

}  // namespace
}  // namespace paddock::testing
