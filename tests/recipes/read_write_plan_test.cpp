// The pure decisions of the read-write lock: tables, and properties over random queues.
#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include <gtest/gtest.h>

#include "core/sequence_name.hpp"
#include "recipes/read_write_lock/queue/read_write_plan.hpp"

namespace paddock::detail {
namespace {

std::string rw_name(char kind, std::int32_t sequence, const std::string& id = "a") {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%010d", sequence);
    return "_c_" + id + "-" + std::string(kind == 'r' ? read_kind : write_kind) + digits;
}

queue_plan decide(const std::string& own, const std::vector<std::string>& children) {
    const bool writes = sequence_of(own, write_kind).has_value();
    return writes ? plan_write({own, children, {}}) : plan_read({own, children, {}});
}

struct rw_case {
    const char* name;
    std::string own;
    std::vector<std::string> children;
    verdict what = verdict::hold;
    std::string predecessor = {};
    std::size_t ahead = 0;
    std::size_t foreign = 0;
};

const std::string r0 = rw_name('r', 0), r1 = rw_name('r', 1), r2 = rw_name('r', 2), r3 = rw_name('r', 3),
                  w0 = rw_name('w', 0), w1 = rw_name('w', 1), w2 = rw_name('w', 2), w3 = rw_name('w', 3);

const rw_case rw_cases[] = {
    {"ReaderAlone", r0, {r0}},
    {"WriterAlone", w0, {w0}},
    {"ReadersHoldTogether", r2, {r0, r2, r1}, verdict::hold, {}, 2},
    {"ReaderWaitsForTheWriter", r1, {w0, r1}, verdict::wait, w0, 1},
    {"ReaderWaitsForItsNearestWriter", r3, {w0, w1, r2, r3}, verdict::wait, w1, 3},
    {"ReaderDoesNotWaitForReaders", r3, {w0, r1, r2, r3}, verdict::wait, w0, 3},
    {"ReaderDoesNotWaitForLaterWriters", r1, {r0, r1, w2}, verdict::hold, {}, 1},
    {"WriterWaitsForReaders", w2, {r0, r1, w2}, verdict::wait, r1, 2},
    {"WriterWaitsForWriters", w2, {w0, w1, w2}, verdict::wait, w1, 2},
    {"WriterWatchesItsImmediatePredecessor", w3, {w0, r1, r2, w3}, verdict::wait, r2, 3},
    {"DowngradedKeepsItsPlace", rw_name('r', 0, "b"), {rw_name('r', 0, "b"), w1}},
    {"WriterWaitsForTheDowngraded", w1, {rw_name('r', 0, "b"), w1}, verdict::wait, rw_name('r', 0, "b"), 1},
    {"ReaderBesideTheDowngraded", r1, {rw_name('r', 0, "b"), r1}, verdict::hold, {}, 1},
    {"CuratorsDowngradedBesideItsWriter", r1, {w0, rw_name('r', 0, "b"), r1}, verdict::wait, w0, 2},
    {"EqualNumbersAreNotBefore", rw_name('r', 0, "b"), {w0, rw_name('r', 0, "b")}},
    {"OwnMissingIsNeverFirst", r0, {r1}, verdict::absent},
    {"OwnMissingBehindOthers", w2, {w0, r1}, verdict::absent, {}, 2},
    {"ForeignIsIgnored", w1, {"_c_x-lock-0000000000", w1, "x"}, verdict::hold, {}, 0, 2},
    {"HighWater", rw_name('r', sequence_high_water), {rw_name('r', sequence_high_water)}, verdict::exhausted},
    {"Overflown", rw_name('w', -5), {rw_name('w', -5)}, verdict::exhausted},
    {"NumbersAreNotText",
     rw_name('w', 1'000'000'000),
     {rw_name('w', 1'000'000'000), rw_name('r', 999'999'999)},
     verdict::wait,
     rw_name('r', 999'999'999),
     1},
    {"WrapAround",
     rw_name('r', -2147483648),
     {rw_name('w', 2147483647), rw_name('r', -2147483648)},
     verdict::exhausted,
     {},
     1},
};

TEST(ReadWritePlan, Table) {
    for (const rw_case& one : rw_cases) {
        const queue_plan got = decide(one.own, one.children);
        EXPECT_EQ(got.what, one.what) << one.name;
        EXPECT_EQ(got.predecessor, one.predecessor) << one.name;
        EXPECT_EQ(got.ahead, one.ahead) << one.name;
        EXPECT_EQ(got.foreign, one.foreign) << one.name;
        EXPECT_EQ(got.watch, watch_scope::predecessor) << one.name;
    }
}

// What decides whether the end of the predecessor can be taken for the turn, and for being the first.
TEST(ReadWritePlan, SaysWhoIsBetweenAndWhetherAnyoneElseIsBefore) {
    const auto reader = [](const std::vector<std::string>& before) {
        std::vector<std::string> children = before;
        children.push_back(r3);
        return plan_read({r3, children, {}});
    };
    EXPECT_TRUE(reader({w0}).lone);
    EXPECT_TRUE(reader({w0}).adjacent);
    EXPECT_FALSE(reader({w0, w1}).lone);
    EXPECT_TRUE(reader({w0, w1}).adjacent);
    EXPECT_FALSE(reader({r2, w0}).lone) << "it would hold, but not as the first";
    EXPECT_FALSE(reader({r2, w0}).adjacent);
    EXPECT_TRUE(reader({r0, w1}).adjacent);
    EXPECT_TRUE(plan_write({w2, {w1, w2}, {}}).adjacent);
    EXPECT_FALSE(plan_write({w2, {w1, w2}, {}}).lone) << "the writer before may become a reader";
}

TEST(ReadWritePlan, DowngradedName) {
    EXPECT_EQ(downgraded_name("_c_old-__WRIT__0000000007", "new"), "_c_new-__READ__0000000007");
    EXPECT_EQ(downgraded_name("_c_old-__WRIT__-000000007", "new"), "_c_new-__READ__-000000007");
    EXPECT_FALSE(downgraded_name("_c_old-__READ__0000000007", "new"));
    EXPECT_FALSE(downgraded_name("_c_old-lock-0000000007", "new"));
    EXPECT_FALSE(downgraded_name("_c_old-__WRIT__7", "new"));
}

std::string shown(const std::vector<std::string>& children) {
    std::string text;
    for (const queue_entry& entry : read_write_queue(children, {})) {
        text += (text.empty() ? "" : " ") + std::string(entry.kind.substr(0, 1)) +
                std::to_string(entry.sequence) + (entry.holds ? "+" : "");
    }
    return text;
}

TEST(ReadWritePlan, QueueIsInOrderAndSaysWhoHolds) {
    EXPECT_EQ(shown({}), "");
    EXPECT_EQ(shown({w2, "x", r1, r0}), "r0+ r1+ w2");
    EXPECT_EQ(shown({r1, w0, w2}), "w0+ r1 w2");
    EXPECT_EQ(shown({r2, rw_name('r', 0, "b"), w1}), "r0+ w1 r2");
    EXPECT_EQ(shown({rw_name('r', 0, "b"), r1, w0}), "w0+ r0+ r1") << "Curator's, both its own";
    EXPECT_EQ(shown({rw_name('w', -2147483648), rw_name('r', 2147483647)}), "r2147483647+ w-2147483648");
}

// A queue somewhere on the counter's circle, mixed with names of others; oldest first.
std::vector<std::string> random_queue(std::mt19937_64& random) {
    constexpr std::array<std::int32_t, 4> starts = {0, 7, 999'999'990, sequence_high_water - 50};
    auto sequence = static_cast<std::uint32_t>(starts[random() % starts.size()]);
    std::vector<std::string> queue;
    for (auto left = random() % 12; left > 0; --left) {
        sequence += static_cast<std::uint32_t>(1 + random() % 3);
        const char kind = random() % 3 == 0 ? 'w' : 'r';
        queue.push_back(rw_name(kind, static_cast<std::int32_t>(sequence), std::to_string(random())));
    }
    return queue;
}

bool is_writer(const std::string& name) { return sequence_of(name, write_kind).has_value(); }

TEST(ReadWritePlan, EverybodyWaitsForThoseBeforeAndForNobodyElse) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 5'000; ++round) {
        const auto queue = random_queue(random);
        auto children = queue;
        const auto foreign = random() % 4;
        for (auto left = foreign; left > 0; --left) children.push_back("other-" + std::to_string(random()));
        std::ranges::shuffle(children, random);
        std::string nearest;
        std::string nearest_writer;
        const auto listed = read_write_queue(children, {});
        ASSERT_EQ(listed.size(), queue.size());
        for (std::size_t i = 0; i < queue.size(); ++i) {
            const std::string& awaited = is_writer(queue[i]) ? nearest : nearest_writer;
            const queue_plan got = decide(queue[i], children);
            ASSERT_EQ(got.what, awaited.empty() ? verdict::hold : verdict::wait);
            ASSERT_EQ(got.predecessor, awaited);
            ASSERT_EQ(got.ahead, i);
            ASSERT_EQ(got.foreign, foreign);
            ASSERT_EQ(listed[i].name, queue[i]);
            ASSERT_EQ(listed[i].holds, awaited.empty());
            nearest = queue[i];
            if (is_writer(queue[i])) nearest_writer = queue[i];
        }
    }
}

// As writers come, downgrade and go, no writer is ever beside anybody, whichever names the nodes have.
TEST(ReadWritePlan, NoWriterIsEverBesideAnybody) {
    std::mt19937_64 random(11);
    for (int round = 0; round < 2'000; ++round) {
        auto children = random_queue(random);
        while (!children.empty()) {
            std::vector<std::string> holders;
            for (const std::string& name : children)
                if (decide(name, children).what == verdict::hold) holders.push_back(name);
            ASSERT_FALSE(holders.empty()) << "nobody can go on";
            const bool writes = std::ranges::any_of(holders, is_writer);
            ASSERT_TRUE(!writes || holders.size() == 1);
            const std::string& chosen = holders[random() % holders.size()];
            const auto at = std::ranges::find(children, chosen);
            if (writes && random() % 2)
                *at = *downgraded_name(chosen, std::to_string(random()));
            else
                children.erase(at);
        }
    }
}

TEST(ReadWritePlan, GarbageNeitherCrashesNorLetsAWriterIn) {
    std::mt19937_64 random(13);
    const std::string alphabet = "_READWIT0123456789c-\xff";
    for (int round = 0; round < 5'000; ++round) {
        std::vector<std::string> children = {rw_name('r', static_cast<std::int32_t>(random() % 5), "me")};
        for (auto left = random() % 8; left > 0; --left) {
            std::string name = random() % 2 ? "__WRIT__" : "__READ__";
            for (auto length = random() % 12; length > 0; --length)
                name += alphabet[random() % alphabet.size()];
            if (random() % 2) name = rw_name(random() % 2 ? 'w' : 'r', static_cast<std::int32_t>(left + 5));
            children.push_back(name);
        }
        for (const std::string& name : children) {
            const queue_plan got = decide(name, children);
            if (got.what == verdict::wait) {
                ASSERT_TRUE(std::ranges::count(children, got.predecessor));
                ASSERT_NE(got.predecessor, name);
            }
            if (got.what == verdict::hold) {
                ASSERT_TRUE(!is_writer(name) || got.ahead == 0);
            }
        }
    }
}

}  // namespace
}  // namespace paddock::detail
