// The double barrier in virtual time, and a death at every step.
#include "tests/recipes/double_barrier_fixture.hpp"

namespace paddock::testing {
namespace {

TEST_F(DoubleBarrierTest, LastEntrantTakesTwoNetworkWaits) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = enter(one);
    world.advance(1s);
    const auto begin = world.now();
    const attempt b = enter(two);
    ASSERT_TRUE(all_in({a, b}));
    EXPECT_EQ(b->at - begin, 4ms);
}

// Else n entrants would make n² readings of them.
TEST_F(DoubleBarrierTest, WhoWaitsIsNotWokenByEntrants) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt first = enter(one, 3);
    world.advance(1s);
    const auto readings = [&] { return ensemble.requests(request_kind::children, one.number()); };
    const auto before = readings();
    const attempt second = enter(two, 3);
    world.advance(1s);
    EXPECT_EQ(readings(), before);
    ASSERT_TRUE(all_in({first, second, enter(two, 3)}));
    EXPECT_EQ(readings(), before + 1);
}

TEST_F(DoubleBarrierTest, DeadBeforeReadyDoesNotCount) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt dead = enter(one);
    world.advance(100ms);
    one.process.kill();
    ASSERT_TRUE(run_until([&] { return nodes(party) == 0; }, 20s));
    const attempt a = enter(two);
    world.advance(2s);
    EXPECT_FALSE(a->done());
    const attempt b = enter(two);
    ASSERT_TRUE(all_in({a, b}));
    dead->completions = 1;  // its process will never say
}

// The proposer has seen somebody who is gone when its write arrives.
TEST_F(DoubleBarrierTest, GoneAtTheLastMomentDoesNotCount) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = enter(one);
    world.advance(100ms);
    ensemble.before_next(request_kind::multi, [&] { ensemble.expire_session(one.session_id()); });
    const attempt b = enter(two);
    ASSERT_TRUE(all_in({a, b})) << "the first joins again in a new session";
    EXPECT_EQ(seen().generation, 1);
    EXPECT_TRUE(all_out({leave(one, a), leave(two, b)}));
}

TEST_F(DoubleBarrierTest, DeadInsideBreaksItForAll) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const std::vector<attempt> in{enter(one, 3), enter(two, 3), enter(two, 3)};
    ASSERT_TRUE(all_in(in));
    const call early = leave(two, in[1], 3);
    world.advance(100ms);
    one.process.kill();
    ASSERT_TRUE(all_out({early, leave(two, in[2], 3)}, broken));
    EXPECT_EQ(seen().now, state::broken);
    const std::vector<attempt> next{enter(two, 3), enter(two, 3), enter(two, 3)};
    EXPECT_TRUE(all_in(next)) << "the next generation is not hurt";
}

TEST_F(DoubleBarrierTest, RobbedWhileItLeavesIsToldThoughTheOthersStay) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const std::vector<attempt> in{enter(one), enter(two)};
    ASSERT_TRUE(all_in(in));
    const std::string node = in[0]->result.node();
    const call early = leave(one, in[0]);
    world.advance(100ms);
    ensemble.remove_by_operator(node);
    ASSERT_TRUE(run_until([&] { return early->done(); }, 1s));
    EXPECT_EQ(early->ec, broken);
    EXPECT_TRUE(ends_with(leave(two, in[1]), broken));
}

TEST_F(DoubleBarrierTest, DroppedLeaseBreaksItForOthers) {
    core_client& zk = connected_client();
    const std::vector<attempt> in{enter(zk, 3), enter(zk, 3), enter(zk, 3)};
    ASSERT_TRUE(all_in(in));
    const call a = leave(zk, in[0], 3);
    const call b = leave(zk, in[1], 3);
    world.advance(100ms);
    in[2]->result = lease();
    EXPECT_TRUE(all_out({a, b}, broken));
}

TEST_F(DoubleBarrierTest, LostSessionIsBroken) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const std::vector<attempt> in{enter(one), enter(two)};
    ASSERT_TRUE(all_in(in));
    ensemble.expire_session(one.session_id());
    EXPECT_TRUE(all_out({leave(one, in[0]), leave(two, in[1])}, broken));
}

// A slow member of a broken generation finds the next one ready.
TEST_F(DoubleBarrierTest, LateLeaverIsToldOfItsOwnGeneration) {
    core_client& zk = connected_client();
    const std::vector<attempt> in{enter(zk), enter(zk)};
    ASSERT_TRUE(all_in(in));
    const attempt third = enter(zk, 2);
    in[0]->result = lease();
    world.advance(100ms);
    EXPECT_FALSE(third->done()) << "nobody has noticed yet";
    ensemble.stall(true, zk.number(), stalled_way::to_client);
    const call late = leave(zk, in[1]);
    ensemble.stall(false, zk.number(), stalled_way::to_client);
    ASSERT_TRUE(all_out({late}, broken));
    EXPECT_TRUE(all_in({third, enter(zk)}));
}

TEST_F(DoubleBarrierTest, GivenUpEntrantDoesNotCount) {
    core_client& zk = connected_client();
    const attempt tired = enter(zk);
    world.advance(100ms);
    tired->abort();
    ASSERT_TRUE(run_until([&] { return nodes(party) == 0; }));
    const attempt a = enter(zk);
    world.advance(1s);
    EXPECT_FALSE(a->done());
    EXPECT_TRUE(all_in({a, enter(zk)}));
}

TEST_F(DoubleBarrierTest, GivenUpLeaverBreaksIt) {
    core_client& zk = connected_client();
    const std::vector<attempt> in{enter(zk, 3), enter(zk, 3), enter(zk, 3)};
    ASSERT_TRUE(all_in(in));
    const call a = leave(zk, in[0], 3);
    const call b = leave(zk, in[1], 3);
    world.advance(100ms);
    a->abort();
    EXPECT_TRUE(all_out({b, leave(zk, in[2], 3)}, broken));
    EXPECT_EQ(a->ec, error_code(boost::asio::error::operation_aborted));
}

// The last to leave stands still behind its mark: its neighbour writes the end.
TEST_F(DoubleBarrierTest, NeighbourOfTheLastLeaverEndsIt) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const std::vector<attempt> in{enter(one), enter(two)};
    ASSERT_TRUE(all_in(in));
    const call first = leave(one, in[0]);
    world.advance(100ms);
    ensemble.after_next(request_kind::set, [&] { two.process.freeze(); });
    const call last = leave(two, in[1]);
    EXPECT_TRUE(all_out({first}));
    EXPECT_EQ(seen().now, state::idle);
    two.process.thaw();
    EXPECT_TRUE(all_out({last}));
}

TEST_F(DoubleBarrierTest, ProgramsThatDisagreeAreTold) {
    core_client& zk = connected_client();
    const std::vector<attempt> in{enter(zk), enter(zk)};
    ASSERT_TRUE(all_in(in));
    const attempt other = enter(zk, 3);
    ASSERT_TRUE(run_until_done(other));
    EXPECT_EQ(other->ec, make_error_code(errc::conflict));
    EXPECT_TRUE(all_out({leave(zk, in[0]), leave(zk, in[1])}));
}

TEST_F(DoubleBarrierTest, BadArgumentsAreRefused) {
    core_client& zk = connected_client();
    EXPECT_TRUE(refuses([&] { double_barrier(zk.handle, party, 0); }, errc::invalid_argument, {"0 members"}));
    EXPECT_TRUE(refuses([&] { double_barrier(zk.handle, party, 1'000'000); }, errc::invalid_argument,
                        {"1000000 members", "one request"}));
    EXPECT_TRUE(refuses([&] { double_barrier(zk.handle, "/", 2); }, errc::invalid_path, {"'/'"}));
    double_barrier on(zk.handle, party, 2);
    EXPECT_TRUE(refuses([&] { on.leave(lease()); }, errc::empty_lease, {party}));
    const attempt lock = hold(zk, "/locks/a");
    EXPECT_TRUE(
        refuses([&] { on.leave(std::move(lock->result)); }, errc::invalid_argument, {"/locks/a", party}));
}

}  // namespace
}  // namespace paddock::testing
