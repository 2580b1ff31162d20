// The decisions of entrants and leavers, and the record.
#include "recipes/double_barrier/generation/enter_plan.hpp"

#include <random>

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "recipes/double_barrier/leave/leave_plan.hpp"

namespace paddock::detail {
namespace {

using state = generation_record::state;
using names = std::vector<std::string>;

std::string node(int number) {
    std::string digits = std::to_string(number);
    return "_c_u" + digits + "-member-" + std::string(10 - digits.size(), '0') + digits;
}

generation_record record(std::int64_t generation, state now, names members, std::size_t size = 2) {
    generation_record made;
    made.generation = generation;
    made.now = now;
    made.size = size;
    made.members = std::move(members);
    return made;
}

queue_plan enters(int own, const names& children, const generation_record& seen = {}, std::size_t size = 2) {
    const std::string name = node(own);
    return plan_enter(size, {name, children, write_generation(seen)});
}

// What it is refused with.
error_code refusal_of(const queue_plan& plan) {
    return plan.what == verdict::refused ? plan.why : error_code();
}

const error_code broken_barrier = errc::broken_barrier;

TEST(EnterPlan, FewerWait) {
    const queue_plan plan = enters(0, {node(0)});
    EXPECT_EQ(plan.what, verdict::wait);
    EXPECT_EQ(plan.watch, watch_scope::record) << "other entrants need not wake it";
}

TEST(EnterPlan, EnoughAreProposedInTheirOrder) {
    const queue_plan plan = enters(7, {node(7), node(3), node(5), "other", "lock-0000000001"});
    ASSERT_EQ(plan.what, verdict::declare);
    EXPECT_EQ(read_generation(plan.record), record(1, state::ready, {node(3), node(5)}));
    EXPECT_EQ(plan.needs, (names{node(3), node(5)}));
}

TEST(EnterPlan, MembersOfAReadyGenerationPass) {
    const auto ready = record(4, state::ready, {node(3), node(5)});
    EXPECT_EQ(enters(3, {node(3), node(5)}, ready).what, verdict::hold);
    EXPECT_EQ(enters(5, {node(5)}, ready).what, verdict::hold) << "a member's end is for the leavers to see";
}

TEST(EnterPlan, OthersWaitForItsEnd) {
    const auto ready = record(4, state::ready, {node(3), node(5)});
    EXPECT_EQ(enters(6, {node(3), node(5), node(6), node(7)}, ready).what, verdict::wait);
}

// Their nodes may still be there: those that have left are no entrants of the next.
TEST(EnterPlan, FormerMembersDoNotCount) {
    for (const auto now : {state::idle, state::broken}) {
        const auto over = record(4, now, {node(3), node(5)});
        EXPECT_EQ(enters(6, {node(1), node(3), node(5), node(6)}, over).what, verdict::wait);
        const queue_plan plan = enters(6, {node(1), node(3), node(5), node(8), node(6)}, over);
        ASSERT_EQ(plan.what, verdict::declare);
        EXPECT_EQ(plan.needs, (names{node(6), node(8)}));
        EXPECT_EQ(read_generation(plan.record)->generation, 5);
    }
}

TEST(EnterPlan, WhoWasInAndDidNotKnowIsTold) {
    EXPECT_EQ(refusal_of(enters(5, {node(5)}, record(4, state::broken, {node(3), node(5)}))), broken_barrier);
    for (const auto now : {state::idle, state::ready, state::broken})
        EXPECT_EQ(refusal_of(enters(5, {node(5)}, record(6, now, {node(8), node(9)}))), broken_barrier);
}

// Hazard B12.
TEST(EnterPlan, OwnNodeMissingIsNeverIn) {
    EXPECT_EQ(enters(3, {node(5)}, record(4, state::ready, {node(3), node(5)})).what, verdict::absent);
    EXPECT_EQ(enters(3, {node(5), node(6)}).what, verdict::absent);
}

TEST(EnterPlan, AnotherSizeIsAConflict) {
    const error_code conflict = errc::conflict;
    EXPECT_EQ(refusal_of(enters(1, {node(1)}, record(4, state::idle, {}, 3))), conflict);
    const std::string own = node(1);
    const names alone = {own};
    EXPECT_EQ(refusal_of(plan_enter(2, {own, alone, "something else"})), conflict);
}

TEST(EnterPlan, NumbersNearTheEndAreNotTrusted) {
    EXPECT_EQ(enters(2147483000, {node(2147483000)}).what, verdict::exhausted);
    EXPECT_EQ(enters(1, {node(1), node(2147483000)}).what, verdict::wait) << "it will leave by itself";
}

TEST(LeavePlan, TellsWhatBecameOfTheGeneration) {
    EXPECT_EQ(plan_leave(record(4, state::ready, {}), 4, true), generation_fate::in);
    EXPECT_EQ(plan_leave(record(4, state::idle, {}), 4, true), generation_fate::left);
    EXPECT_EQ(plan_leave(record(4, state::broken, {}), 4, true), generation_fate::broken);
}

TEST(LeavePlan, SlowReadersLearnItToo) {
    generation_record later = record(9, state::ready, {});
    later.broken = {3, 6};
    EXPECT_EQ(plan_leave(later, 6, true), generation_fate::broken);
    EXPECT_EQ(plan_leave(later, 4, true), generation_fate::left);
    EXPECT_EQ(plan_leave(later, 4, false), generation_fate::broken)
        << "it cannot have ended without this mark";
    later.broken.clear();
    for (std::size_t i = 0; i < broken_kept; ++i) later.broken.push_back(100 + static_cast<std::int64_t>(i));
    later.generation = 200;
    EXPECT_EQ(plan_leave(later, 4, true), generation_fate::broken) << "forgotten";
    EXPECT_EQ(plan_leave(later, 190, true), generation_fate::left);
}

TEST(LeavePlan, OneThatIsGoneBreaks) {
    using enum member_state;
    EXPECT_EQ(plan_members({leaving, leaving}), leave_step::finish);
    EXPECT_EQ(plan_members({leaving}), leave_step::finish);
    EXPECT_EQ(plan_members({staying, leaving}), leave_step::wait);
    EXPECT_EQ(plan_members({staying, gone}), leave_step::break_off);
    EXPECT_EQ(plan_members({gone, leaving}), leave_step::break_off);
}

TEST(GenerationRecord, EndsOneWayOrTheOther) {
    const auto ready = record(4, state::ready, {node(1), node(2)});
    EXPECT_EQ(after_leaving(ready), record(4, state::idle, {node(1), node(2)}));
    generation_record broken = ready;
    for (std::int64_t i = 1; i <= 100; ++i) {
        broken.generation = i;
        broken = after_break(broken);
    }
    EXPECT_EQ(broken.now, state::broken);
    EXPECT_EQ(broken.broken.size(), broken_kept);
    EXPECT_EQ(broken.broken.back(), 100);
}

TEST(GenerationRecord, ReadsWhatItWrote) {
    generation_record full = record(4, state::broken, {node(1), node(2)});
    full.broken = {1, 4};
    EXPECT_EQ(read_generation(write_generation(full)), full);
    EXPECT_EQ(read_generation(""), generation_record());
    for (const char* text :
         {"x", "{}", "{", R"({"paddock":1,"generation":1})",
          R"({"paddock":1,"generation":1,"state":"odd","size":2,"members":[],"broken":[]})",
          R"({"paddock":1,"generation":-1,"state":"idle","size":2,"members":[],"broken":[]})",
          R"({"paddock":1,"generation":1,"state":"idle","size":2,"members":[1],"broken":[]})",
          R"({"paddock":1,"generation":1,"state":"idle","size":2,"members":[],"broken":["x"]})"})
        EXPECT_FALSE(read_generation(text)) << text;
}

TEST(GenerationRecord, DamageNeverThrows) {
    std::mt19937 random(1);
    const std::string good = write_generation(record(4, state::ready, {node(1), node(2)}));
    for (int i = 0; i < 5000; ++i) {
        std::string bad = good;
        for (int n = 0; n < 3; ++n) bad[random() % bad.size()] = static_cast<char>(random() % 256);
        EXPECT_NO_THROW((void)read_generation(bad));
    }
}

// What the largest barrier writes in one request is what a request may have.
TEST(MembersMax, FitsIntoOneRequest) {
    for (const std::size_t length : {std::size_t(2), std::size_t(40), std::size_t(400)}) {
        const std::size_t most = members_max(length);
        EXPECT_GT(most, 1000u);
        generation_record full = record(INT64_MAX, state::ready, {}, most);
        full.broken.assign(broken_kept, INT64_MAX);
        const std::string name = "_c_" + std::string(36, 'x') + "-member--2147483648";
        full.members.assign(most, name);
        const std::size_t checks = most * (length + 1 + name.size() + 21);
        EXPECT_LT(write_generation(full).size() + checks + length + 64, request_bytes_max);
    }
    EXPECT_EQ(members_max(2'000'000), 0u);
}

}  // namespace
}  // namespace paddock::detail
