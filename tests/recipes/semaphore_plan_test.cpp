// The pure decision of the semaphore: tables, and properties over random queues.
#include <algorithm>
#include <cstdio>
#include <random>

#include <gtest/gtest.h>

#include "core/sequence_name.hpp"
#include "recipes/semaphore/limit/limit_operation.hpp"
#include "recipes/semaphore/permits/semaphore_plan.hpp"

namespace paddock::detail {
namespace {

std::string request_name(std::uint32_t permits, std::int32_t sequence, const std::string& id = "a") {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%010d", sequence);
    return "_c_" + id + "-" + permit_kind(permits) + digits;
}

const std::string one0 = request_name(1, 0), two1 = request_name(2, 1), one2 = request_name(1, 2),
                  three3 = request_name(3, 3), one4 = request_name(1, 4);
const std::string limit3 = R"({"declared":3,"limit":3})";
const std::string lowered = R"({"declared":3,"limit":1,"peak":4})";

struct semaphore_case {
    const char* name;
    std::string own;
    std::vector<std::string> children;
    std::string record;
    verdict what;
    std::string predecessor = {};
    std::size_t ahead = 0;
    watch_scope watch = watch_scope::predecessor;
    std::size_t foreign = 0;
    std::vector<std::string> doubtful = {};
};

constexpr auto all = watch_scope::directory;
constexpr auto nearest = watch_scope::predecessor;

const semaphore_case semaphore_cases[] = {
    {"Alone", one0, {one0}, limit3, verdict::hold},
    {"FitsExactly", two1, {two1, one0}, limit3, verdict::hold, {}, 1},
    {"FirstThatWaitsWatchesAll", one2, {one2, two1, one0}, limit3, verdict::wait, two1, 2, all},
    {"OthersWatchTheirNearest", three3, {three3, one2, two1, one0}, limit3, verdict::wait, one2, 3, nearest},
    {"SmallOneNeverPassesABigOne", one4, {one0, three3, one4}, limit3, verdict::wait, three3, 2, nearest},
    {"BigOneFirst", three3, {three3, one4}, limit3, verdict::hold},
    {"OwnMissing", one2, {one0, two1}, limit3, verdict::absent, {}, 2},
    {"NothingThere", one0, {}, limit3, verdict::absent},
    {"NoNumberInTheOwnName", "config", {"config"}, limit3, verdict::absent},
    {"NoRecordYet", one0, {one0}, "", verdict::declare},
    {"NotARecord", one0, {one0}, "10.0.0.1", verdict::refused},
    {"NumberOfKazoo", one0, {one0}, "3", verdict::refused},
    {"LimitOfZero", one0, {one0}, R"({"declared":3,"limit":0})", verdict::refused},
    {"LimitTooLarge", one0, {one0}, R"({"declared":3,"limit":1000001})", verdict::refused},
    {"LimitOfAnotherType", one0, {one0}, R"({"declared":3,"limit":"3"})", verdict::refused},
    {"AnotherLimitDeclared", one0, {one0}, R"({"declared":4,"limit":4})", verdict::refused},
    {"DeclaredAndChangedSince", one0, {one0}, R"({"declared":3,"limit":4})", verdict::hold},
    {"DeclaresWhatIsInForce", one0, {one0}, R"({"declared":4,"limit":3})", verdict::hold},
    {"MoreFieldsThanKnown", one0, {one0}, R"({"declared":3,"limit":3,"x":[1]})", verdict::hold},
    {"ForeignIsIgnored",
     one0,
     {"config", "_c_x-lock-0000000000", one0},
     limit3,
     verdict::hold,
     {},
     0,
     nearest,
     2},
    {"ZeroPermitsIsForeign", one2, {one2, "permit-0-0000000000"}, limit3, verdict::hold, {}, 0, nearest, 1},
    {"TooManyPermitsIsForeign",
     one2,
     {one2, "permit-1000001-0000000000"},
     limit3,
     verdict::hold,
     {},
     0,
     nearest,
     1},
    {"LeadingZeroIsForeign", one2, {one2, "permit-01-0000000000"}, limit3, verdict::hold, {}, 0, nearest, 1},
    {"NoPermitsIsForeign",
     one2,
     {one2, "permit--0000000000", "permit-"},
     limit3,
     verdict::hold,
     {},
     0,
     nearest,
     2},
    {"TooBigForALoweredLimit", two1, {two1}, lowered, verdict::wait, {}, 0, all},
    {"HoldersBeyondALoweredLimit", one2, {one0, two1, one2}, lowered, verdict::wait, two1, 2, nearest},
    {"BehindItSomeMayHold",
     one0,
     {one0, two1, one2, three3},
     lowered,
     verdict::hold,
     {},
     0,
     nearest,
     0,
     {two1, one2}},
    {"HighWater",
     request_name(1, sequence_high_water),
     {request_name(1, sequence_high_water)},
     limit3,
     verdict::exhausted},
};

TEST(SemaphorePlan, Table) {
    for (const semaphore_case& one : semaphore_cases) {
        const queue_plan got = plan_semaphore(3, {one.own, one.children, one.record});
        EXPECT_EQ(got.what, one.what) << one.name;
        EXPECT_EQ(got.predecessor, one.predecessor) << one.name;
        EXPECT_EQ(got.ahead, one.ahead) << one.name;
        EXPECT_EQ(got.watch, one.watch) << one.name;
        EXPECT_EQ(got.foreign, one.foreign) << one.name;
        EXPECT_EQ(got.doubtful, one.doubtful) << one.name;
        EXPECT_EQ(got.why, got.what == verdict::refused ? make_error_code(errc::conflict) : error_code())
            << one.name;
        EXPECT_EQ(got.record, got.what == verdict::declare ? limit3 : "") << one.name;
    }
}

TEST(SemaphorePlan, RecordsAreReadAsTheyAreWritten) {
    for (const semaphore_record record :
         {semaphore_record{1, 1}, semaphore_record{10, 3, 12}, semaphore_record{3, permits_max}})
        EXPECT_EQ(read_semaphore_record(write_semaphore_record(record)), record);
    EXPECT_EQ(write_semaphore_record({10, 10}), R"({"declared":10,"limit":10})");
    EXPECT_EQ(read_semaphore_record(R"({"declared":3,"limit":4,"peak":2})")->peak, 4u)
        << "never below the limit";
    for (const char* garbage : {"", "{", "[]", "3", "null", R"({"limit":3})", R"({"declared":-1,"limit":3})",
                                R"({"declared":3,"limit":3.5})", "\xff\xfe"})
        EXPECT_FALSE(read_semaphore_record(garbage)) << garbage;
}

TEST(SemaphorePlan, ChangedRecordRemembersThePeak) {
    const semaphore_record ten{10, 10};
    const semaphore_record raised = changed_record({20, false}, ten);
    EXPECT_EQ(raised, (semaphore_record{10, 20, 20}));
    const semaphore_record less = changed_record({5, false}, raised);
    EXPECT_EQ(less, (semaphore_record{10, 5, 20}));
    EXPECT_EQ(changed_record({7, true}, less), (semaphore_record{7, 7, 20}));
    EXPECT_EQ(changed_record({5, false}, less), less) << "idempotent";
}

struct random_semaphore {
    std::vector<std::string> queue;  // in order
    std::vector<std::uint32_t> permits;
    std::vector<std::string> children;
    semaphore_record record;

    explicit random_semaphore(std::mt19937_64& random) {
        auto sequence = static_cast<std::uint32_t>(random() % 2 ? 7 : sequence_high_water - 60);
        for (auto left = random() % 12; left > 0; --left) {
            sequence += static_cast<std::uint32_t>(1 + random() % 3);
            permits.push_back(static_cast<std::uint32_t>(1 + random() % 4));
            queue.push_back(
                request_name(permits.back(), static_cast<std::int32_t>(sequence), std::to_string(random())));
        }
        children = queue;
        for (auto left = random() % 3; left > 0; --left)
            children.push_back("permit-" + std::to_string(random()));
        std::ranges::shuffle(children, random);
        record.declared = 5;
        record.limit = static_cast<std::uint32_t>(1 + random() % 10);
        record.peak = record.limit + static_cast<std::uint32_t>(random() % 5);
    }
};

TEST(SemaphorePlan, HoldersAreTheFrontThatFits) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 5'000; ++round) {
        const random_semaphore seen(random);
        const std::string record = write_semaphore_record(seen.record);
        std::uint64_t granted = 0;
        std::uint64_t taken = 0;
        bool still = true;
        std::size_t watch_all = 0;
        for (std::size_t i = 0; i < seen.queue.size(); ++i) {
            const queue_plan got = plan_semaphore(5, {seen.queue[i], seen.children, record});
            ASSERT_EQ(got.ahead, i);
            ASSERT_EQ(got.foreign, seen.children.size() - seen.queue.size());
            if (got.what == verdict::hold) {
                ASSERT_TRUE(still) << "somebody before it waits";
                granted += seen.permits[i];
            } else {
                ASSERT_EQ(got.what, verdict::wait);
                ASSERT_GT(taken + seen.permits[i], seen.record.limit) << "there was room";
                ASSERT_EQ(got.predecessor, i == 0 ? "" : seen.queue[i - 1]);
                ASSERT_TRUE(!still || got.watch == watch_scope::directory) << "the first that waits";
                still = false;
            }
            taken += seen.permits[i];
            watch_all += got.watch == watch_scope::directory ? 1 : 0;
        }
        ASSERT_LE(granted, seen.record.limit);
        ASSERT_LE(watch_all, 1u) << "a release would wake more than one";
    }
}

// Whoever a limit up to the peak can have let in behind one that has room is named, and nobody else.
TEST(SemaphorePlan, DoubtfulAreThoseOfAHigherLimit) {
    std::mt19937_64 random(11);
    for (int round = 0; round < 5'000; ++round) {
        const random_semaphore seen(random);
        std::vector<std::string> expected;
        std::uint64_t taken = 0;
        for (std::size_t i = 0; i < seen.queue.size(); ++i) {
            taken += seen.permits[i];
            if (taken > seen.record.limit && taken <= seen.record.peak) expected.push_back(seen.queue[i]);
        }
        for (const std::string& own : seen.queue) {
            const queue_plan got =
                plan_semaphore(5, {own, seen.children, write_semaphore_record(seen.record)});
            ASSERT_EQ(got.doubtful, got.what == verdict::hold ? expected : std::vector<std::string>());
        }
    }
}

TEST(SemaphorePlan, QueueIsInOrderWithItsPermits) {
    const auto queue = semaphore_queue({three3, "x", one0, two1}, {3, 3});
    ASSERT_EQ(queue.size(), 3u);
    EXPECT_EQ(queue[0].name, one0);
    EXPECT_EQ(queue[1].permits, 2u);
    EXPECT_EQ(queue[2].name, three3);
    EXPECT_EQ(queue[2].kind, "permit");
    EXPECT_TRUE(queue[0].holds && queue[1].holds);
    EXPECT_FALSE(queue[2].holds);
}

}  // namespace
}  // namespace paddock::detail
