// The pure decision of the mutex: tables, and properties over random queues.
#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "core/sequence_name.hpp"
#include "recipes/mutex/mutex_plan.hpp"

namespace paddock::detail {
namespace {

std::string contender_name(std::int32_t sequence, const std::string& id = "a") {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%010d", sequence);
    return "_c_" + id + "-lock-" + digits;
}

struct plan_case {
    const char* name;
    std::string own;
    std::vector<std::string> children;
    queue_plan expected;
};

queue_plan plan(verdict what, std::string predecessor = {}, std::size_t ahead = 0, std::size_t foreign = 0) {
    queue_plan expected;
    expected.what = what;
    expected.predecessor = std::move(predecessor);
    expected.ahead = ahead;
    expected.adjacent = what == verdict::wait;
    expected.lone = what == verdict::wait && ahead == 1;
    expected.foreign = foreign;
    return expected;
}

const std::string n0 = contender_name(0), n1 = contender_name(1), n2 = contender_name(2),
                  n9 = contender_name(9);

const plan_case cases[] = {
    {"Alone", n0, {n0}, plan(verdict::hold)},
    {"FirstOfThree", n0, {n2, n0, n1}, plan(verdict::hold)},
    {"SecondWatchesTheFirst", n1, {n2, n1, n0}, plan(verdict::wait, n0, 1)},
    {"LastWatchesItsNearest", n9, {n0, n9, n2, n1}, plan(verdict::wait, n2, 3)},
    {"GapsAreNoNeighbours", n9, {n9, n0}, plan(verdict::wait, n0, 1)},
    {"NothingThere", n0, {}, plan(verdict::absent)},
    {"OwnMissingIsNeverFirst", n0, {n1, n2}, plan(verdict::absent)},
    {"OwnMissingBehindOthers", n2, {n0, n1}, plan(verdict::absent, {}, 2)},
    {"ForeignIsIgnored", n1, {"config", n1, "_c_x-read-0000000000"}, plan(verdict::hold, {}, 0, 2)},
    {"OtherWritersCount", n1, {n1, "lock-0000000000"}, plan(verdict::wait, "lock-0000000000", 1)},
    {"NumberOfWrongLengthIsForeign", n1, {n1, "lock-000000000"}, plan(verdict::hold, {}, 0, 1)},
    {"NumberWithTailIsForeign", n1, {n1, "lock-0000000000x"}, plan(verdict::hold, {}, 0, 1)},
    {"NumbersAreNotText",
     contender_name(1'000'000'000, "z"),
     {contender_name(1'000'000'000, "z"), contender_name(999'999'999, "a")},
     plan(verdict::wait, contender_name(999'999'999, "a"), 1)},
    {"IdsDoNotOrder",
     contender_name(1, "a"),
     {contender_name(1, "a"), contender_name(0, "z")},
     plan(verdict::wait, contender_name(0, "z"), 1)},
    {"LastSafeNumber",
     contender_name(sequence_high_water - 1),
     {contender_name(sequence_high_water - 1)},
     plan(verdict::hold)},
    {"HighWater",
     contender_name(sequence_high_water),
     {contender_name(sequence_high_water)},
     plan(verdict::exhausted)},
    {"Overflown", contender_name(-2147483647), {contender_name(-2147483647)}, plan(verdict::exhausted)},
    {"OwnNameWithoutNumber", "config", {"config", n0}, plan(verdict::absent, {}, 0, 1)},
};

std::vector<std::string> names_in_order(const std::vector<std::string>& children) {
    std::vector<std::string> names;
    for (const queue_entry& entry : mutex_queue(children, {})) {
        EXPECT_EQ(entry.holds, names.empty());
        EXPECT_EQ(entry.kind, "lock");
        names.push_back(entry.name);
    }
    return names;
}

TEST(MutexPlan, Table) {
    for (const plan_case& one : cases) {
        const queue_plan got = plan_mutex({one.own, one.children, {}});
        EXPECT_EQ(got.what, one.expected.what) << one.name;
        EXPECT_EQ(got.predecessor, one.expected.predecessor) << one.name;
        EXPECT_EQ(got.ahead, one.expected.ahead) << one.name;
        EXPECT_EQ(got.foreign, one.expected.foreign) << one.name;
    }
}

TEST(MutexPlan, QueueIsInOrderAndWithoutStrangers) {
    EXPECT_EQ(names_in_order({n2, "x", n0, n1}), (std::vector<std::string>{n0, n1, n2}));
    EXPECT_EQ(names_in_order({contender_name(-2147483648), contender_name(2147483647)}),
              (std::vector<std::string>{contender_name(2147483647), contender_name(-2147483648)}));
    EXPECT_TRUE(names_in_order({"x"}).empty());
}

// A queue somewhere on the counter's circle, mixed with names of others.
std::vector<std::string> random_directory(std::mt19937_64& random, std::vector<std::string>& queue) {
    constexpr std::array<std::int32_t, 4> starts = {0, 7, 999'999'990, sequence_high_water - 50};
    auto sequence = static_cast<std::uint32_t>(starts[random() % starts.size()]);
    std::vector<std::string> children;
    for (auto left = random() % 12; left > 0; --left) {
        sequence += static_cast<std::uint32_t>(1 + random() % 3);
        queue.push_back(contender_name(static_cast<std::int32_t>(sequence), std::to_string(random())));
        children.push_back(queue.back());
    }
    for (auto left = random() % 4; left > 0; --left) children.push_back("other-" + std::to_string(random()));
    std::ranges::shuffle(children, random);
    return children;
}

TEST(MutexPlan, ExactlyOneContenderHolds) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 5'000; ++round) {
        std::vector<std::string> queue;
        const auto children = random_directory(random, queue);
        for (std::size_t i = 0; i < queue.size(); ++i) {
            const queue_plan got = plan_mutex({queue[i], children, {}});
            ASSERT_EQ(got.what, i == 0 ? verdict::hold : verdict::wait);
            ASSERT_EQ(got.ahead, i);
            ASSERT_EQ(got.foreign, children.size() - queue.size());
            ASSERT_EQ(got.predecessor, i == 0 ? "" : queue[i - 1]) << "the nearest before it, which is there";
        }
        const std::string absent = contender_name(5, "absent");
        ASSERT_EQ(plan_mutex({absent, children, {}}).what, verdict::absent);
        ASSERT_EQ(names_in_order(children), queue);
    }
}

// Whatever is in the directory, the plan neither crashes nor lets two hold at once.
TEST(MutexPlan, GarbageGrantsNobodyTwice) {
    std::mt19937_64 random(11);
    const std::string alphabet = "lock-0123456789_c\xff";
    for (int round = 0; round < 5'000; ++round) {
        std::vector<std::string> children = {contender_name(static_cast<std::int32_t>(random() % 5), "me")};
        for (auto left = random() % 8; left > 0; --left) {
            std::string name = random() % 2 ? "lock-" : "";
            for (auto length = random() % 12; length > 0; --length)
                name += alphabet[random() % alphabet.size()];
            if (random() % 2)
                name = contender_name(static_cast<std::int32_t>(random() % 5), std::to_string(left));
            children.push_back(name);
        }
        std::set<std::int32_t> holding;
        for (const std::string& name : children) {
            const queue_plan got = plan_mutex({name, children, {}});
            if (got.what == verdict::wait) {
                ASSERT_TRUE(std::ranges::count(children, got.predecessor));
                ASSERT_TRUE(
                    comes_before(*sequence_of(got.predecessor, mutex_kind), *sequence_of(name, mutex_kind)));
            }
            if (got.what == verdict::hold) holding.insert(*sequence_of(name, mutex_kind));
        }
        ASSERT_LE(holding.size(), 1u) << "servers never give one number twice";
    }
}

}  // namespace
}  // namespace paddock::detail
