#include <chrono>
#include <cstddef>
#include <future>
#include <string>
#include <tuple>

#include "integration/interop/interop_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class BarrierInteropTest : public CuratorTest {};

TEST_F(BarrierInteropTest, WhatOneSideHasDoneTheOtherMayRepeat) {
    client zk(options());
    barrier gate(zk, path("deep/gate"));
    const std::string node = " b " + path("deep/gate");
    EXPECT_EQ(java().ask("barrier-set" + node), "set");
    gate.set();
    EXPECT_TRUE(gate.closed());
    EXPECT_FALSE(gate.wait_for(200ms));
    gate.remove();
    EXPECT_EQ(java().ask("barrier-remove" + node), "removed");
    EXPECT_FALSE(gate.closed());
    EXPECT_TRUE(gate.wait_for(10s));

    gate.set();
    EXPECT_EQ(java().ask("barrier-set" + node), "set");
    EXPECT_TRUE(gate.closed());
    EXPECT_EQ(java().ask("barrier-remove" + node), "removed");
    gate.remove();
    EXPECT_FALSE(gate.closed());
}

TEST_F(BarrierInteropTest, CuratorPassesOnlyWhenOursIsOpen) {
    peer_process waiter(
        curator());  // a session of its own, for the watches that Curator leaves (CURATOR-654)
    client zk(options());
    barrier gate(zk, path());
    gate.set();
    EXPECT_EQ(waiter.ask("barrier-wait w " + path() + " 200"), "timeout");
    gate.remove();
    EXPECT_EQ(waiter.ask("barrier-wait w " + path()), "passed");
}

// Both sides set, both remove, in all combinations, and both wait.
class BarrierOfBothSidesTest : public CuratorTest,
                               public ::testing::WithParamInterface<std::tuple<bool, bool>> {};

INSTANTIATE_TEST_SUITE_P(OurSetOurRemove, BarrierOfBothSidesTest,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool()));

TEST_P(BarrierOfBothSidesTest, OpensForAllWhoWait) {
    const auto& [our_set, our_remove] = GetParam();
    peer_process waiter(curator());
    (void)waiter.session_id();  // it is there
    client zk(options());
    barrier gate(zk, path());
    if (our_set) {
        gate.set();
    } else {
        EXPECT_EQ(java().ask("barrier-set b " + path()), "set");
    }
    const std::size_t watches = servers_.watch_count();
    auto ours = std::async(std::launch::async, [&] { return gate.wait_for(30s); });
    waiter.send("barrier-wait w " + path());
    EXPECT_TRUE(eventually([&] { return servers_.watch_count() == watches + 2; }));
    EXPECT_TRUE(waiter.silent("w"));
    EXPECT_EQ(ours.wait_for(0s), std::future_status::timeout);
    if (our_remove) {
        gate.remove();
    } else {
        EXPECT_EQ(java().ask("barrier-remove b " + path()), "removed");
    }
    EXPECT_EQ(waiter.answer("w"), "passed");
    EXPECT_TRUE(ours.get());
    EXPECT_FALSE(gate.closed());
}

}  // namespace
}  // namespace paddock::testing
