// The double barrier in virtual time: the scenarios of Curator's and kazoo's tests.
#include "tests/recipes/double_barrier_fixture.hpp"

namespace paddock::testing {
namespace {

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

}  // namespace
}  // namespace paddock::testing
