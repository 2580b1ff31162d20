// Whole runs. PADDOCK_SEEDS=<n> says how many; `scripts/simulate` runs any number and prints what failed.
#include "tests/simulation/simulation.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "tests/simulation/search.hpp"

namespace paddock::testing {
namespace {

std::uint64_t seeds() {
    const char* const set = std::getenv("PADDOCK_SEEDS");
    return set ? std::strtoull(set, nullptr, 10) : 20;
}

class EveryRecipe : public ::testing::TestWithParam<recipe> {};

TEST_P(EveryRecipe, KeepsTheInvariants) {
    for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
        const simulation_report report = simulate(GetParam(), seed);
        ASSERT_EQ(report.failure, "") << "seed " << seed << '\n' << report.trace;
    }
}

TEST_P(EveryRecipe, SameSeedSameRun) {
    for (const std::uint64_t seed : {4711U, 4712U, 4713U, 4714U}) {
        const simulation_report first = simulate(GetParam(), seed);
        const simulation_report second = simulate(GetParam(), seed);
        EXPECT_EQ(first.hash, second.hash) << seed;
        EXPECT_EQ(first.steps, second.steps) << seed;
        EXPECT_GT(first.grants, 0u);
    }
}

TEST_P(EveryRecipe, BearsEveryFaultAtEveryRequest) {
    for (const std::uint64_t seed : {1U, 2U}) {
        const search_report report = search_all_faults(GetParam(), seed, 1, 40);
        EXPECT_EQ(report.failure, "") << "seed " << seed << ", faults:" << report.faults;
        EXPECT_GT(report.runs, 50u);
    }
}

INSTANTIATE_TEST_SUITE_P(Simulation, EveryRecipe, ::testing::ValuesIn(recipes()),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace paddock::testing
