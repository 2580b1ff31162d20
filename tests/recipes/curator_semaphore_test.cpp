// Curator's semaphore: its layout, its rule, and that nothing of an acquire stays behind.
#include <algorithm>

#include <paddock/curator_semaphore.hpp>
#include <paddock/multi_lock.hpp>

#include "recipes/curator_semaphore/curator_lease_plan.hpp"
#include "tests/recipes/semaphore_fixture.hpp"

namespace paddock::testing {
namespace {

class CuratorSemaphore : public SemaphoreTest {
protected:
    static curator_semaphore shared(core_client& by, std::uint32_t limit = 2) {
        return curator_semaphore(by.handle, "/locks/a", {.limit = limit});
    }
    void rob_of_mutex(const core_client& whom) {
        for (const std::string& path : ensemble.ephemerals(whom.session_id()))
            if (path.find("/locks/a/locks/") != std::string::npos) ensemble.remove_by_operator(path);
    }
    std::size_t mutexes() const { return nodes("/locks/a/locks"); }
    std::size_t leases() const { return nodes("/locks/a/leases"); }
};

TEST(CuratorLeasePlan, EveryChildCounts) {
    using detail::plan_curator_lease;
    using detail::verdict;
    const std::vector<std::string> three{"_c_a-lease-0000000000", "0", "own"};
    EXPECT_EQ(plan_curator_lease(3, {"own", three, {}}).what, verdict::hold);
    const auto waits = plan_curator_lease(2, {"own", three, {}});
    EXPECT_EQ(waits.what, verdict::wait);
    EXPECT_EQ(waits.watch, detail::watch_scope::directory);
    EXPECT_EQ(waits.ahead, 2u);
    EXPECT_EQ(plan_curator_lease(3, {"other", three, {}}).what, verdict::absent);
    EXPECT_EQ(plan_curator_lease(3, {"own", {}, {}}).what, verdict::absent);
}

TEST_F(CuratorSemaphore, LayoutIsCurators) {
    core_client& one = connected_client();
    const attempt got = hold_permits(shared(one));
    ASSERT_TRUE(run_until([&] { return mutexes() == 0; }, 50ms)) << "the mutex is released in the background";
    const auto names = ensemble.children("/locks/a/leases");
    ASSERT_EQ(names.size(), 1u);
    EXPECT_TRUE(names[0].starts_with("_c_"));
    EXPECT_TRUE(names[0].ends_with("-lease-0000000000"));
    EXPECT_EQ(got->result.node(), "/locks/a/leases/" + names[0]);
    EXPECT_EQ(got->result.fencing_token().value(), ensemble.node(got->result.node())->czxid);
}

TEST_F(CuratorSemaphore, UncontendedAcquireIsTwoNetworkWaits) {
    core_client& one = connected_client();
    const attempt stays = hold_permits(shared(one));
    ensemble.create_by_operator("/locks/a/locks/stays");
    const attempt got = take(shared(one));
    const auto begin = world.now();
    ASSERT_TRUE(run_until_done(got));
    EXPECT_EQ(got->at - begin, 4ms);
    ensemble.remove_by_operator("/locks/a/locks/stays");
}

TEST_F(CuratorSemaphore, BadArgumentsAreRefused) {
    core_client& one = connected_client();
    EXPECT_THROW(shared(one, 0), argument_error);
    EXPECT_THROW(shared(one, 1'000'001), argument_error);
    EXPECT_THROW(curator_semaphore(one.handle, "relative", {.limit = 1}), argument_error);
    EXPECT_THROW(multi_lock({shared(one)}), argument_error);
}

TEST_F(CuratorSemaphore, AnyHolderMakesRoomForTheOneWithTheMutex) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(shared(one));
    const attempt b = hold_permits(shared(one));
    const attempt c = queue_up(shared(two));
    const attempt d = queue_up(shared(one));
    EXPECT_EQ(leases(), 3u) << "one more than there are permits, while it waits";
    EXPECT_EQ(mutexes(), 2u);
    let_go(b);
    ASSERT_TRUE(run_until_done(c, 50ms));
    world.advance(50ms);
    EXPECT_FALSE(d->done());
    EXPECT_GT(c->result.fencing_token(), a->result.fencing_token());
    let_go(a);
    ASSERT_TRUE(run_until_done(d, 50ms));
    EXPECT_GT(d->result.fencing_token(), c->result.fencing_token());
}

TEST_F(CuratorSemaphore, LeasesOfOthersCount) {
    core_client& one = connected_client();
    let_go(hold_permits(shared(one)));
    ensemble.create_by_operator("/locks/a/leases/0");
    ensemble.create_by_operator("/locks/a/leases/_c_6ba7b810-9dad-11d1-80b4-00c04fd430c8-lease-0000000009");
    const attempt got = queue_up(shared(one));
    EXPECT_FALSE(got->done());
    ensemble.remove_by_operator("/locks/a/leases/0");
    EXPECT_TRUE(run_until_done(got, 50ms));
    ensemble.remove_by_operator("/locks/a/leases/_c_6ba7b810-9dad-11d1-80b4-00c04fd430c8-lease-0000000009");
}

TEST_F(CuratorSemaphore, GivenUpAcquiresLeaveNeitherMutexNorLease) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(shared(one, 1));
    const attempt tried = take_now(shared(two, 1));
    ASSERT_TRUE(run_until_done(tried));
    EXPECT_EQ(tried->ec, make_error_code(errc::timed_out));
    ASSERT_TRUE(run_until([&] { return mutexes() == 0 && leases() == 1; }, 50ms));
    const attempt timed = take_within(two, 30ms, shared(two, 1));
    ASSERT_TRUE(run_until_done(timed));
    EXPECT_EQ(timed->ec, make_error_code(errc::timed_out));
    ASSERT_TRUE(run_until([&] { return mutexes() == 0 && leases() == 1; }, 50ms));
    const attempt cancelled = queue_up(shared(two, 1));
    cancelled->abort();
    ASSERT_TRUE(run_until([&] { return mutexes() == 0 && leases() == 1; }, 50ms));
    EXPECT_EQ(one.session_id(), a->result.session_id());
}

TEST_F(CuratorSemaphore, SessionLostWhileWaitingBeginsAnew) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(shared(one, 1));
    const attempt b = queue_up(shared(two, 1));
    ensemble.expire_session(two.session_id());
    ASSERT_TRUE(run_until([&] { return mutexes() == 1 && leases() == 2; }, 5s));
    let_go(a);
    ASSERT_TRUE(run_until_done(b));
    EXPECT_EQ(b->result.session_id(), two.session_id());
}

TEST_F(CuratorSemaphore, RobbedOfItsLeaseBeginsAnew) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(shared(one, 1));
    const attempt b = queue_up(shared(two, 1));
    for (const std::string& path : ensemble.ephemerals(two.session_id()))
        if (path.find("/leases/") != std::string::npos) ensemble.remove_by_operator(path);
    ASSERT_TRUE(run_until([&] { return mutexes() == 1 && leases() == 2; }, 1s));
    let_go(a);
    EXPECT_TRUE(run_until_done(b));
}

// Else two would wait for leases at once, each counting that of the other.
TEST_F(CuratorSemaphore, RobbedOfItsMutexItDoesNotBlockTheNext) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    core_client& three = connected_client();
    const attempt a = hold_permits(shared(one, 1));
    const attempt b = queue_up(shared(two, 1));
    const attempt c = queue_up(shared(three, 1));
    rob_of_mutex(two);
    ASSERT_TRUE(run_until([&] { return mutexes() == 2 && leases() == 2; }, 1s));
    let_go(a);
    ASSERT_TRUE(run_until_done(c, 1s));
    world.advance(100ms);
    EXPECT_FALSE(b->done());
    let_go(c);
    EXPECT_TRUE(run_until_done(b, 1s));
}

// Its turn comes while it gives up its lease, having lost the mutex: that lease is not granted.
TEST_F(CuratorSemaphore, RobbedOfItsMutexAsItsTurnComesItIsNotGranted) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(shared(one, 1));
    const attempt b = queue_up(shared(two, 1));
    world.advance(2s);  // so long that the turn has to be confirmed by a write
    ensemble.before_next(request_kind::children, [&] { rob_of_mutex(two); },
                         {two.number(), 0, "/locks/a/leases"});
    let_go(a);
    ASSERT_TRUE(run_until_done(b, 1s));
    ASSERT_TRUE(b->granted()) << b->ec.message();
    world.advance(100ms);
    EXPECT_EQ(b->result.state(), lease_state::held);
    EXPECT_TRUE(b->result && ensemble.node(b->result.node()));
    EXPECT_EQ(leases(), 1u);
}

TEST_F(CuratorSemaphore, GuardAsksAThrottlingServerSlowly) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(shared(one, 1));
    for (int i = 0; i < 20; ++i)
        ensemble.answer_next(request_kind::get, server_errc::throttled, {two.number(), 0, "/locks/a/locks/"});
    const attempt b = queue_up(shared(two, 1));
    world.advance(3s);
    EXPECT_GT(ensemble.planned(), 5u);
    ASSERT_TRUE(run_until([&] { return ensemble.planned() == 0; }, 60s)) << "to the end";
    let_go(a);
    EXPECT_TRUE(run_until_done(b, 1s));
}

// The watch on the mutex was not set, or its answer was lost (hazard B5): it is set again.
TEST_F(CuratorSemaphore, MutexIsGuardedThoughTheWatchWasRefused) {
    for (const bool refused : {true, false}) {
        core_client& one = connected_client();
        core_client& two = connected_client();
        const attempt a = hold_permits(shared(one, 1));
        const request_filter guard{two.number(), 0, "/locks/a/locks/"};
        if (refused) {
            ensemble.answer_next(request_kind::get, server_errc::throttled, guard);
        } else {
            ensemble.fail_next(request_kind::get, fault_position::after_commit, guard);
        }
        const attempt b = queue_up(shared(two, 1));
        ASSERT_EQ(ensemble.planned(), 0u);
        world.advance(2s);
        const attempt c = queue_up(shared(connected_client(), 1));
        EXPECT_EQ(leases(), 2u) << "of the holder, and of the one that has the mutex";
        rob_of_mutex(two);
        ASSERT_TRUE(run_until([&] { return mutexes() == 2; }, 1s)) << "it did not begin anew";
        let_go(a);
        ASSERT_TRUE(run_until_done(c, 1s)) << "it came behind the one that was robbed";
        EXPECT_FALSE(b->done());
        let_go(c);
        ASSERT_TRUE(run_until_done(b, 1s));
        let_go(b);
        ASSERT_TRUE(run_until([this] { return quiet(); }));
    }
}

TEST_F(CuratorSemaphore, ClosingTheClientFreesItsPermits) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = hold_permits(shared(one, 1));
    const attempt b = queue_up(shared(two, 1));
    const attempt c = queue_up(shared(one, 1));
    one.close();
    ASSERT_TRUE(run_until_done(b, 100ms));
    ASSERT_TRUE(run_until_done(c, 100ms));
    EXPECT_EQ(c->ec, make_error_code(errc::client_closed));
}

class CuratorCuts : public ::testing::TestWithParam<std::tuple<request_kind, std::size_t, fault_position>> {};

TEST_P(CuratorCuts, CycleCompletes) {
    const auto& [kind, skip, where] = GetParam();
    semaphore_rig rig;
    core_client& other = rig.connected_client();
    core_client& self = rig.connected_client();
    const attempt holder = rig.hold_permits(curator_semaphore(other.handle, "/locks/a", {.limit = 1}));
    rig.ensemble.fail_next(kind, where, {self.number(), skip, ""});
    const attempt got = rig.take(curator_semaphore(self.handle, "/locks/a", {.limit = 1}));
    rig.world.advance(2s);
    EXPECT_FALSE(got->done());
    semaphore_rig::let_go(holder);
    ASSERT_TRUE(rig.run_until_done(got));
    ASSERT_TRUE(got->granted()) << got->ec.message();
    EXPECT_TRUE(rig.run_until([&] { return rig.nodes("/locks/a/locks") == 0; }, 1s));
    EXPECT_EQ(rig.nodes("/locks/a/leases"), 1u);
    rig.expect_clean();
    if (HasFailure()) GTEST_LOG_(INFO) << rig.ensemble.trace();
}

INSTANTIATE_TEST_SUITE_P(
    All, CuratorCuts,
    ::testing::Combine(::testing::Values(request_kind::create, request_kind::children, request_kind::get),
                       ::testing::Values(0, 1),
                       ::testing::Values(fault_position::before_send, fault_position::before_commit,
                                         fault_position::forwarded, fault_position::after_commit,
                                         fault_position::on_reply)));

}  // namespace
}  // namespace paddock::testing
