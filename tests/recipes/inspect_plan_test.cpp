// What a directory is taken for.
#include "recipes/inspect/judge/inspect_plan.hpp"

#include <algorithm>
#include <ostream>

#include <gtest/gtest.h>

#include "core/departure_note.hpp"
#include "recipes/count_down_latch/record/latch_record.hpp"
#include "recipes/double_barrier/generation/generation_record.hpp"

namespace paddock::testing {
namespace {

using names = std::vector<std::string>;

struct judged_case {
    const char* name;
    names children;
    std::string data;
    bool plain;
    recipe_kind kind;
    std::size_t contenders;
    std::size_t holders;
    friend std::ostream& operator<<(std::ostream& os, const judged_case& c) { return os << c.name; }
};

class JudgedDirectory : public ::testing::TestWithParam<judged_case> {};

TEST_P(JudgedDirectory, IsOfTheKindThatItsContentsTell) {
    const judged_case& c = GetParam();
    const auto found = detail::judge_directory({c.children, c.data, c.plain});
    EXPECT_EQ(found.report.kind, c.kind) << name_of(found.report.kind);
    EXPECT_EQ(found.entries.size(), c.contenders);
    EXPECT_EQ(static_cast<std::size_t>(std::count_if(found.entries.begin(), found.entries.end(),
                                                     [](const auto& e) { return e.holds; })),
              c.holders);
    EXPECT_TRUE(found.report.exists);
}

INSTANTIATE_TEST_SUITE_P(
    Table, JudgedDirectory,
    ::testing::Values(
        judged_case{
            "Lock", {"_c_2-lock-0000000002", "_c_1-lock-0000000001"}, "", false, recipe_kind::mutex, 2, 1},
        judged_case{"LockWithData", {"_c_1-lock-0000000001"}, "10.0.0.1", true, recipe_kind::mutex, 1, 1},
        judged_case{"LockWithANote",
                    {"_c_1-lock-0000000001"},
                    detail::departure_note("_c_0-lock-0000000000"),
                    false,
                    recipe_kind::mutex,
                    1,
                    1},
        judged_case{"EmptyLockWithANote",
                    {},
                    detail::departure_note("_c_0-lock-0000000000"),
                    true,
                    recipe_kind::unknown,
                    0,
                    0},
        judged_case{"Readers",
                    {"_c_1-__READ__0000000001", "_c_2-__READ__0000000002", "_c_3-__WRIT__0000000003"},
                    "",
                    false,
                    recipe_kind::read_write_lock,
                    3,
                    2},
        judged_case{"Writer",
                    {"_c_1-__WRIT__0000000001", "_c_2-__READ__0000000002"},
                    "",
                    false,
                    recipe_kind::read_write_lock,
                    2,
                    1},
        judged_case{"Permits",
                    {"_c_1-permit-2-0000000001", "_c_2-permit-1-0000000002", "_c_3-permit-1-0000000003"},
                    R"({"declared":3,"limit":3})",
                    true,
                    recipe_kind::semaphore,
                    3,
                    2},
        judged_case{"UnusedSemaphore", {}, R"({"declared":3,"limit":3})", true, recipe_kind::semaphore, 0, 0},
        judged_case{
            "PermitsWithoutRecord", {"_c_1-permit-2-0000000001"}, "", true, recipe_kind::semaphore, 1, 0},
        judged_case{"Candidates",
                    {"_c_1-latch-0000000001", "_c_2-latch-0000000000"},
                    "",
                    false,
                    recipe_kind::leader_latch,
                    2,
                    1},
        judged_case{"LeaderWithValue",
                    {},
                    R"({"term":"0000000100000004","value":"v"})",
                    false,
                    recipe_kind::leader_latch,
                    0,
                    0},
        judged_case{"MembersThatAreIn",
                    {"_c_1-member-0000000001", "_c_2-member-0000000002", "_c_3-member-0000000003"},
                    detail::write_generation({7,
                                              detail::generation_record::state::ready,
                                              2,
                                              {"_c_1-member-0000000001", "_c_2-member-0000000002"},
                                              {}}),
                    false,
                    recipe_kind::double_barrier,
                    3,
                    2},
        judged_case{"EntrantsOfTheFirstGeneration",
                    {"_c_1-member-0000000001"},
                    "",
                    false,
                    recipe_kind::double_barrier,
                    1,
                    0},
        judged_case{"CountDownLatch",
                    {},
                    detail::write_latch({6, 4, 0, {}}),
                    true,
                    recipe_kind::count_down_latch,
                    0,
                    0},
        judged_case{"CuratorSemaphore", {"leases", "locks"}, "", true, recipe_kind::curator_semaphore, 0, 0},
        judged_case{"LeasesAlone", {"leases"}, "", true, recipe_kind::curator_semaphore, 0, 0},
        judged_case{"Closed", {}, "", true, recipe_kind::barrier, 0, 0},
        judged_case{"EmptyButWasUsed", {}, "", false, recipe_kind::unknown, 0, 0},
        judged_case{"NodeWithData", {}, "settings", true, recipe_kind::unknown, 0, 0},
        judged_case{"Directory", {"a", "b"}, "", true, recipe_kind::unknown, 0, 0},
        judged_case{"OddNames", {"", "lock-", "-0000000001", "\xff"}, "{", true, recipe_kind::unknown, 0, 0},
        judged_case{"MostlyLocks",
                    {"_c_1-latch-0000000001", "_c_2-lock-0000000002", "_c_3-lock-0000000003"},
                    "",
                    false,
                    recipe_kind::mutex,
                    2,
                    1}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(JudgedDirectory, SemaphoreTellsItsLimit) {
    const names none;
    EXPECT_EQ(detail::judge_directory({none, R"({"declared":3,"limit":5})", true}).report.limit, 5);
}

TEST(JudgedDirectory, LatchAndBarrierTellTheirNumbers) {
    const names none;
    const auto latch = detail::judge_directory({none, detail::write_latch({6, 4, 1, {"id"}}), true}).report;
    EXPECT_EQ(latch.limit, 6);
    EXPECT_EQ(latch.count, 4);
    const detail::generation_record record{7, detail::generation_record::state::broken, 3, {"m"}, {7}};
    const auto barrier = detail::judge_directory({none, detail::write_generation(record), false}).report;
    EXPECT_EQ(barrier.limit, 3);
    EXPECT_EQ(barrier.generation, 7);
    EXPECT_EQ(barrier.state, "broken");
}

TEST(CuratorSemaphoreQueue, LeasesHoldAndTheirQueueWaits) {
    const auto queue = detail::curator_semaphore_queue(
        {"_c_2-lease-0000000002", "_c_1-lease-0000000001", "foreign"}, {"_c_3-lock-0000000003"});
    ASSERT_EQ(queue.size(), 3u);
    EXPECT_EQ(queue[0].name, "leases/_c_1-lease-0000000001");
    EXPECT_EQ(queue[0].kind, "permit");
    EXPECT_TRUE(queue[0].holds && queue[1].holds);
    EXPECT_EQ(queue[2].name, "locks/_c_3-lock-0000000003");
    EXPECT_FALSE(queue[2].holds);
}

}  // namespace
}  // namespace paddock::testing
