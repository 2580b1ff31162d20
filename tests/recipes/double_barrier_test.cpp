// The double barrier in virtual time: the scenarios of Curator's and kazoo's tests, and a death at every step.
#include <paddock/double_barrier.hpp>

#include "recipes/double_barrier/generation/generation_record.hpp"
#include "tests/recipes/call_fixture.hpp"

namespace paddock::testing {
namespace {

constexpr const char* party = "/parties/a";
using state = detail::generation_record::state;

class DoubleBarrierTest : public CallTest {
protected:
    using CallTest::CallTest;

    attempt enter(core_client& by, std::size_t members = 2) {
        attempts.push_back(std::make_shared<outcome<lease>>());
        const attempt made = attempts.back();
        double_barrier(by.handle, party, members)
            .async_enter(boost::asio::bind_cancellation_slot(made->cancel.slot(), recorded(made, world)));
        return made;
    }
    call leave(core_client& by, const attempt& who, std::size_t members = 2) {
        double_barrier on(by.handle, party, members);
        return begin_void([&](auto handler) { on.async_leave(std::move(who->result), handler); });
    }
    bool all_in(const std::vector<attempt>& who) {
        return run_until(
            [&] { return std::ranges::all_of(who, [](const auto& one) { return one->granted(); }); });
    }
    ::testing::AssertionResult all_out(const std::vector<call>& who, error_code with = {}) {
        for (const call& one : who) {
            const ::testing::AssertionResult ended = ends_with(one, with);
            if (!ended) return ended;
        }
        return ::testing::AssertionSuccess();
    }
    detail::generation_record seen() const {
        return detail::read_generation(ensemble.data(party)).value_or(detail::generation_record());
    }
    const error_code broken = errc::broken_barrier;
};

using CuratorDistributedDoubleBarrier = DoubleBarrierTest;
using KazooDoubleBarrier = DoubleBarrierTest;

TEST_F(CuratorDistributedDoubleBarrier, testBasic) {
    core_client& zk = connected_client();
    std::vector<attempt> in;
    for (int i = 0; i < 4; ++i) in.push_back(enter(zk, 5));
    world.advance(2s);
    for (const attempt& one : in) EXPECT_FALSE(one->done());
    in.push_back(enter(zk, 5));
    ASSERT_TRUE(all_in(in));
    std::vector<call> out;
    for (std::size_t i = 0; i < 4; ++i) out.push_back(leave(zk, in[i], 5));
    world.advance(2s);
    for (const call& one : out) EXPECT_FALSE(one->done());
    out.push_back(leave(zk, in[4], 5));
    EXPECT_TRUE(all_out(out));
}

TEST_F(CuratorDistributedDoubleBarrier, testMultiClient) {
    std::vector<core_client*> by;
    for (int i = 0; i < 5; ++i) by.push_back(&connected_client());
    for (int round = 1; round <= 3; ++round) {
        std::vector<attempt> in;
        for (core_client* one : by) in.push_back(enter(*one, 5));
        ASSERT_TRUE(all_in(in));
        for (const attempt& one : in)
            EXPECT_EQ(one->result.fencing_token(), in.front()->result.fencing_token());
        EXPECT_EQ(seen().generation, round);
        std::vector<call> out;
        for (std::size_t i = 0; i < 5; ++i) out.push_back(leave(*by[i], in[i], 5));
        EXPECT_TRUE(all_out(out));
    }
}

// GH-1290: a session's event is no readiness.
TEST_F(CuratorDistributedDoubleBarrier, testSpuriousWakeup) {
    core_client& zk = connected_client();
    const attempt alone = enter(zk);
    world.advance(100ms);
    for (int i = 0; i < 3; ++i) {
        ensemble.cut(zk.number());
        world.advance(1s);
        EXPECT_FALSE(alone->done());
    }
    ensemble.set_by_operator(party, "");
    ensemble.create_by_operator(std::string(party) + "/other");
    world.advance(1s);
    EXPECT_FALSE(alone->done());
    const attempt other = enter(zk);
    ASSERT_TRUE(all_in({alone, other}));
    const call first = leave(zk, alone);
    world.advance(100ms);
    ensemble.cut(zk.number());
    world.advance(1s);
    EXPECT_FALSE(first->done());
    EXPECT_TRUE(all_out({first, leave(zk, other)}));
}

TEST_F(CuratorDistributedDoubleBarrier, testOverSubscribed) {
    core_client& zk = connected_client();
    std::vector<attempt> in;
    for (int i = 0; i < 6; ++i) in.push_back(enter(zk, 5));
    const auto inside = [&] {
        return std::ranges::count_if(in, [](const auto& one) { return one->done(); });
    };
    ASSERT_TRUE(run_until([&] { return inside() == 5; }));
    world.advance(2s);
    EXPECT_EQ(inside(), 5) << "the sixth waits for the next generation";
    std::vector<call> out;
    for (const attempt& one : in)
        if (one->done()) out.push_back(leave(zk, one, 5));
    EXPECT_TRUE(all_out(out));
    world.advance(1s);
    EXPECT_EQ(inside(), 5);
    for (int i = 0; i < 4; ++i) in.push_back(enter(zk, 5));
    EXPECT_TRUE(all_in(in));
    EXPECT_EQ(seen().generation, 2);
}

TEST_F(KazooDoubleBarrier, test_basic_barrier) {
    core_client& zk = connected_client();
    const attempt one = enter(zk, 1);
    ASSERT_TRUE(all_in({one}));
    EXPECT_EQ(one->result.fencing_token().value(), ensemble.node(party)->mzxid);
    EXPECT_TRUE(all_out({leave(zk, one, 1)}));
}

TEST_F(KazooDoubleBarrier, test_two_barrier) {
    core_client& one = connected_client();
    core_client& two = connected_client();
    const attempt a = enter(one);
    world.advance(1s);
    EXPECT_FALSE(a->done());
    const attempt b = enter(two);
    ASSERT_TRUE(all_in({a, b}));
    const call first = leave(one, a);
    world.advance(1s);
    EXPECT_FALSE(first->done());
    EXPECT_TRUE(all_out({first, leave(two, b)}));
}

TEST_F(KazooDoubleBarrier, test_three_barrier) {
    core_client& zk = connected_client();
    const std::vector<attempt> in{enter(zk, 3), enter(zk, 3), enter(zk, 3)};
    ASSERT_TRUE(all_in(in));
    EXPECT_TRUE(all_out({leave(zk, in[0], 3), leave(zk, in[1], 3), leave(zk, in[2], 3)}));
}

TEST_F(KazooDoubleBarrier, test_barrier_existing_parent_node) {
    core_client& zk = connected_client();
    ensemble.create_by_operator("/parties");
    const attempt one = enter(zk, 1);
    ASSERT_TRUE(all_in({one}));
    EXPECT_TRUE(all_out({leave(zk, one, 1)}));
}

// What an earlier round or somebody else has left behind lets nobody through.
TEST_F(KazooDoubleBarrier, test_barrier_existing_node) {
    core_client& zk = connected_client();
    ensemble.create_by_operator("/parties");
    ensemble.create_by_operator(party);
    ensemble.create_by_operator(std::string(party) + "/ready");
    const attempt alone = enter(zk);
    world.advance(1s);
    EXPECT_FALSE(alone->done());
    EXPECT_TRUE(all_in({alone, enter(zk)}));
}

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

struct cut {
    request_kind kind;
    std::size_t skip;
    bool first;  ///< of the two to enter and to leave
};
class DoubleBarrierCuts : public ::testing::TestWithParam<std::tuple<cut, fault_position>> {};

// A request of one member of two is lost on its way, or its answer is: both enter and leave all the same.
TEST_P(DoubleBarrierCuts, CycleCompletes) {
    const auto& [which, where] = GetParam();
    core_rig rig;
    core_client& other = rig.connected_client();
    core_client& self = rig.connected_client();
    core_client* const by[] = {which.first ? &self : &other, which.first ? &other : &self};
    rig.ensemble.fail_next(which.kind, where, {self.number(), which.skip, "/parties"});
    std::vector<attempt> in;
    for (core_client* one : by) {
        in.push_back(rig.attempts.emplace_back(std::make_shared<outcome<lease>>()));
        double_barrier(one->handle, party, 2).async_enter(recorded(in.back(), rig.world));
        rig.world.advance(1s);
    }
    ASSERT_TRUE(rig.run_until([&] { return in[0]->granted() && in[1]->granted(); }));
    EXPECT_EQ(in[0]->result.fencing_token(), in[1]->result.fencing_token());
    std::vector<error_code> out;
    for (std::size_t i = 0; i < 2; ++i) {
        double_barrier(by[i]->handle, party, 2).async_leave(std::move(in[i]->result), [&](error_code ec) {
            out.push_back(ec);
        });
        rig.world.advance(1s);
    }
    ASSERT_TRUE(rig.run_until([&] { return out.size() == 2; }));
    EXPECT_EQ(out, std::vector<error_code>(2));
    rig.expect_clean();
}

constexpr cut cuts[] = {
    {request_kind::create, 0, true},  // finds no directory
    {request_kind::create, 2, true},  // the outer parent
    {request_kind::create, 3, true},  // its node
    {request_kind::create, 0, false},   {request_kind::children, 0, true}, {request_kind::children, 1, true},
    {request_kind::children, 0, false}, {request_kind::get, 0, true},      {request_kind::get, 1, true},
    {request_kind::get, 2, true},       {request_kind::get, 3, true},      {request_kind::get, 0, false},
    {request_kind::multi, 0, false},  // makes the generation ready
    {request_kind::multi, 1, false},    {request_kind::set, 0, true},      {request_kind::set, 0, false},
};

INSTANTIATE_TEST_SUITE_P(
    All, DoubleBarrierCuts,
    ::testing::Combine(::testing::ValuesIn(cuts),
                       ::testing::Values(fault_position::before_send, fault_position::before_commit,
                                         fault_position::after_commit, fault_position::on_reply)));

}  // namespace
}  // namespace paddock::testing
