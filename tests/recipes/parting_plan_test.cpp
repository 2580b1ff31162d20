// What becomes of a shared place when a turn at it is over.
#include "core/local_queue/parting_plan.hpp"

#include <chrono>
#include <cstddef>

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

using namespace std::chrono_literals;

TEST(PartingPlan, Table) {
    sharing_options sharing;
    sharing.turns = 2;
    sharing.time = 50ms;
    const auto plan = [&](bool held, std::size_t waiting, std::size_t turns, std::chrono::nanoseconds since,
                          bool wanted) {
        return plan_parting(parting_view{held, waiting, turns, since, wanted}, sharing);
    };
    EXPECT_EQ(plan(true, 1, 0, 0ms, false), parting::pass_on);
    EXPECT_EQ(plan(true, 1, 1, 49ms, true), parting::pass_on) << "those here have their budget";
    EXPECT_EQ(plan(true, 1, 2, 0ms, false), parting::give_back);
    EXPECT_EQ(plan(true, 1, 0, 50ms, false), parting::give_back);
    EXPECT_EQ(plan(false, 1, 0, 0ms, false), parting::give_back) << "in doubt";
    EXPECT_EQ(plan(true, 0, 0, 0ms, false), parting::give_back);
    sharing.linger = 1s;
    EXPECT_EQ(plan(true, 0, 9, 5s, false), parting::linger);
    EXPECT_EQ(plan(true, 0, 0, 0ms, true), parting::give_back);
    EXPECT_EQ(plan(false, 0, 0, 0ms, false), parting::give_back);
}

}  // namespace
}  // namespace paddock::detail
