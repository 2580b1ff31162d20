// What a server's answer means for each operation on a barrier.
#include "recipes/barrier/barrier_plan.hpp"

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

using enum barrier_verb;

reply answered(error_code ec = {}) { return {ec, fate::answered}; }

TEST(BarrierPlan, OnlyAMissingNodeOpens) {
    for (const auto what : {barrier_verb::wait, closed}) {
        EXPECT_EQ(plan_barrier(what, answered(server_errc::no_node)), barrier_step::open);
        for (const auto fate_of : {fate::unknown, fate::not_sent}) {
            EXPECT_EQ(plan_barrier(what, {errc::outcome_unknown, fate_of}), barrier_step::again);
            EXPECT_EQ(plan_barrier(what, {errc::session_expired, fate_of}), barrier_step::again);
        }
        EXPECT_EQ(plan_barrier(what, answered(server_errc::throttled)), barrier_step::again);
        EXPECT_EQ(plan_barrier(what, answered(server_errc::no_auth)), barrier_step::refuse);
    }
    EXPECT_EQ(plan_barrier(barrier_verb::wait, answered()), barrier_step::wait);
    EXPECT_EQ(plan_barrier(closed, answered()), barrier_step::closed);
}

// A reply that does not come, though its code says that the node is missing, opens nothing.
TEST(BarrierPlan, LostRepliesAreNotRead) {
    for (const auto what : {set, remove, barrier_verb::wait, closed})
        EXPECT_EQ(plan_barrier(what, {server_errc::no_node, fate::unknown}), barrier_step::again);
}

TEST(BarrierPlan, SetAndRemoveAreIdempotent) {
    EXPECT_EQ(plan_barrier(set, answered()), barrier_step::closed);
    EXPECT_EQ(plan_barrier(set, answered(server_errc::node_exists)), barrier_step::closed);
    EXPECT_EQ(plan_barrier(set, answered(server_errc::no_node)), barrier_step::refuse) << "nor its parents";
    EXPECT_EQ(plan_barrier(set, answered(server_errc::no_auth)), barrier_step::refuse);
    EXPECT_EQ(plan_barrier(remove, answered()), barrier_step::open);
    EXPECT_EQ(plan_barrier(remove, answered(server_errc::no_node)), barrier_step::open);
    EXPECT_EQ(plan_barrier(remove, answered(server_errc::not_empty)), barrier_step::refuse);
    EXPECT_EQ(plan_barrier(remove, {errc::outcome_unknown, fate::unknown}), barrier_step::again);
}

}  // namespace
}  // namespace paddock::detail
