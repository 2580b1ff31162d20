// The decisions of a count-down latch, and its record.
#include "recipes/count_down_latch/record/latch_plan.hpp"

#include <random>

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

using kind = latch_step::kind;

latch_request asks(latch_verb what, std::int64_t value = 0) {
    latch_request made;
    made.what = what;
    made.declared = 3;
    made.value = value;
    made.id = "mine";
    return made;
}

latch_view sees(std::int64_t count, std::int32_t version = 7, bool fresh = true) {
    latch_view made;
    made.record.emplace();
    made.record->initial = 3;
    made.record->count = count;
    made.record->changes = {"a", "b"};
    made.node = 100;
    made.version = version;
    made.fresh = fresh;
    return made;
}

latch_request in_doubt(latch_verb what, std::int32_t version) {
    latch_request made = asks(what, 3);
    made.doubt = latch_request::moment();
    made.doubt->node = 100;
    made.doubt->version = version;
    return made;
}

TEST(LatchPlan, CountsDownOnTopOfWhatItRead) {
    const latch_step step = plan_latch(asks(latch_verb::count_down), sees(2, 7, false));
    ASSERT_EQ(step.what, kind::write) << "a version guards it: no need to be fresh";
    EXPECT_EQ(step.next.count, 1);
    EXPECT_EQ(step.next.initial, 3);
    EXPECT_EQ(step.next.changes, (std::vector<std::string>{"a", "b", "mine"}));
}

TEST(LatchPlan, AtZeroNothingIsCounted) {
    const latch_step step = plan_latch(asks(latch_verb::count_down), sees(0));
    EXPECT_EQ(step.what, kind::done);
    EXPECT_EQ(step.result, 0);
}

// Nobody has used it yet; unless a change is in doubt, which went to a latch that is gone.
TEST(LatchPlan, MissingNodeIsMadeByWhoNeedsIt) {
    latch_view none;
    none.missing = true;
    for (const auto what :
         {latch_verb::count, latch_verb::wait, latch_verb::count_down, latch_verb::try_reset})
        EXPECT_EQ(plan_latch(asks(what, 2), none).what, kind::look) << "the server may be behind";
    none.fresh = true;
    const latch_step counted = plan_latch(asks(latch_verb::count), none);
    EXPECT_EQ(counted.what, kind::done);
    EXPECT_EQ(counted.result, 3);
    EXPECT_EQ(plan_latch(asks(latch_verb::try_reset, 2), none).what, kind::done);
    for (const auto what : {latch_verb::wait, latch_verb::count_down}) {
        const latch_step step = plan_latch(asks(what), none);
        ASSERT_EQ(step.what, kind::create);
        EXPECT_EQ(step.next.initial, 3);
        EXPECT_EQ(step.next.count, 3);
    }
    EXPECT_EQ(plan_latch(in_doubt(latch_verb::count_down, 7), none).what, kind::unknown);
}

TEST(LatchPlan, AnswersRestOnFreshReads) {
    for (const auto what : {latch_verb::count, latch_verb::wait, latch_verb::count_down})
        EXPECT_EQ(plan_latch(asks(what), sees(0, 7, false)).what, kind::look);
    EXPECT_EQ(plan_latch(asks(latch_verb::try_reset, 2), sees(1, 7, false)).what, kind::look);
    latch_view other = sees(1, 7, false);
    other.record->initial = 4;
    EXPECT_EQ(plan_latch(asks(latch_verb::count_down), other).what, kind::look);
    EXPECT_EQ(plan_latch(asks(latch_verb::count), sees(2)).result, 2);
}

TEST(LatchPlan, AnotherInitialCountIsAConflict) {
    latch_view other = sees(1);
    other.record->initial = 4;
    latch_view foreign = sees(1);
    foreign.record.reset();
    for (const auto what :
         {latch_verb::count, latch_verb::wait, latch_verb::count_down, latch_verb::try_reset}) {
        EXPECT_EQ(plan_latch(asks(what), other).what, kind::conflict);
        EXPECT_EQ(plan_latch(asks(what), foreign).what, kind::conflict);
    }
}

TEST(LatchPlan, ResetsOnlyAtZero) {
    EXPECT_EQ(plan_latch(asks(latch_verb::try_reset, 2), sees(1)).what, kind::done);
    const latch_step step = plan_latch(asks(latch_verb::try_reset, 2), sees(0));
    ASSERT_EQ(step.what, kind::write);
    EXPECT_EQ(step.next.count, 2);
    EXPECT_EQ(step.next.initial, 3);
    EXPECT_EQ(step.next.round, 1);
}

TEST(LatchPlan, WaiterLearnsOfAZeroThatIsOver) {
    latch_request waiter = asks(latch_verb::wait);
    EXPECT_EQ(plan_latch(waiter, sees(2)).what, kind::wait);
    EXPECT_EQ(plan_latch(waiter, sees(0)).what, kind::done);
    waiter.since = latch_request::moment();
    waiter.since->node = 100;
    latch_view reset = sees(2);
    EXPECT_EQ(plan_latch(waiter, reset).what, kind::wait);
    reset.record->round = 1;
    EXPECT_EQ(plan_latch(waiter, reset).what, kind::done);
    reset.node = 200;  // another latch: nobody knows how it began
    EXPECT_EQ(plan_latch(waiter, reset).what, kind::wait);
}

// Hazard A1.
TEST(LatchPlan, OwnIdIsProof) {
    latch_view seen = sees(1, 8, false);
    seen.record->changes.push_back("mine");
    const latch_step step = plan_latch(in_doubt(latch_verb::count_down, 7), seen);
    EXPECT_EQ(step.what, kind::done);
    EXPECT_EQ(step.result, 1);
}

TEST(LatchPlan, LaterVersionWithoutOwnIdIsProofToo) {
    const latch_step step = plan_latch(in_doubt(latch_verb::count_down, 7), sees(2, 9));
    ASSERT_EQ(step.what, kind::write);
    EXPECT_EQ(step.next.count, 1);
}

TEST(LatchPlan, SameVersionIsWrittenAgain) {
    EXPECT_EQ(plan_latch(in_doubt(latch_verb::count_down, 7), sees(2, 7)).what, kind::write);
}

TEST(LatchPlan, EarlierVersionIsOld) {
    EXPECT_EQ(plan_latch(in_doubt(latch_verb::count_down, 7), sees(2, 6, false)).what, kind::look);
}

TEST(LatchPlan, ForgottenChangesStayUnknown) {
    const auto kept = static_cast<std::int32_t>(changes_kept);
    EXPECT_EQ(plan_latch(in_doubt(latch_verb::count_down, 7), sees(2, 7 + kept)).what, kind::write);
    EXPECT_EQ(plan_latch(in_doubt(latch_verb::count_down, 7), sees(2, 8 + kept)).what, kind::unknown);
    latch_view other = sees(2, 8);
    other.node = 200;
    EXPECT_EQ(plan_latch(in_doubt(latch_verb::count_down, 7), other).what, kind::unknown);
}

TEST(LatchPlan, KeepsSoManyChanges) {
    latch_view seen = sees(2);
    for (std::size_t i = 0; i < changes_kept; ++i) seen.record->changes.push_back(std::to_string(i));
    const latch_step step = plan_latch(asks(latch_verb::count_down), seen);
    EXPECT_EQ(step.next.changes.size(), changes_kept);
    EXPECT_EQ(step.next.changes.back(), "mine");
    EXPECT_EQ(step.next.changes.front(), "1");
}

TEST(LatchRecord, ReadsWhatItWrote) {
    const latch_record record{5, 3, 2, {"0123456789abcdef", "x"}};
    EXPECT_EQ(read_latch(write_latch(record)), record);
    EXPECT_EQ(write_latch({5, 3, 0, {}}), R"({"paddock":1,"initial":5,"count":3,"round":0,"changes":[]})");
}

TEST(LatchRecord, OtherDataIsNone) {
    for (const char* text : {"", "{}", "3", "[1]", R"({"paddock":1})", "{\"initial\":",
                             R"({"paddock":1,"initial":-1,"count":0,"round":0,"changes":[]})",
                             R"({"paddock":1,"initial":1,"count":"x","round":0,"changes":[]})",
                             R"({"paddock":1,"initial":1,"count":1,"round":0,"changes":[1]})"})
        EXPECT_FALSE(read_latch(text)) << text;
}

TEST(LatchRecord, DamageNeverThrows) {
    std::mt19937 random(1);
    const std::string good = write_latch({5, 3, 2, {"abc", "def"}});
    for (int i = 0; i < 5000; ++i) {
        std::string bad = good;
        for (int n = 0; n < 3; ++n) bad[random() % bad.size()] = static_cast<char>(random() % 256);
        EXPECT_NO_THROW((void)read_latch(bad));
    }
}

}  // namespace
}  // namespace paddock::detail
