#include "tools/paddock/kill_plan.hpp"

#include <optional>
#include <ostream>

#include <gtest/gtest.h>

namespace paddock::tool {

std::ostream& operator<<(std::ostream& os, const kill_plan& plan) {
    return os << (plan.step == kill_step::wait        ? "wait"
                  : plan.step == kill_step::terminate ? "terminate"
                                                      : "kill")
              << ", look again in " << plan.look_again.count() << " ms";
}

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr kill_limits limits{1000ms, 100ms};

struct plan_case {
    const char* name;
    guard_view view;
    kill_plan expected;
    friend std::ostream& operator<<(std::ostream& os, const plan_case& c) { return os << c.name; }
};

class KillPlan : public testing::TestWithParam<plan_case> {};

TEST_P(KillPlan, Decides) { EXPECT_EQ(plan_kill(GetParam().view, limits), GetParam().expected); }

constexpr auto held = lease_state::held;
constexpr auto suspect = lease_state::suspect;
constexpr auto lost = lease_state::lost;
constexpr std::optional<milliseconds> not_sent{};

INSTANTIATE_TEST_SUITE_P(
    Table, KillPlan,
    testing::Values(
        plan_case{"HeldWaitsForTheTimeOfTerm", {held, 9000ms, not_sent}, {kill_step::wait, 7900ms}},
        plan_case{"SuspectWithTimeLeftIsUndisturbed", {suspect, 9000ms, not_sent}, {kill_step::wait, 7900ms}},
        plan_case{"JustBeforeTerm", {suspect, 1101ms, not_sent}, {kill_step::wait, 1ms}},
        plan_case{"TermWhenOnlyTheGraceIsLeft", {suspect, 1100ms, not_sent}, {kill_step::terminate, 1000ms}},
        plan_case{"LateTermHasLessGrace", {suspect, 400ms, not_sent}, {kill_step::terminate, 300ms}},
        plan_case{"TermWithoutASuspectEvent", {held, 1000ms, not_sent}, {kill_step::terminate, 900ms}},
        plan_case{"KillInsideTheMargin", {suspect, 100ms, not_sent}, {kill_step::kill, 0ms}},
        plan_case{"KillWithNothingLeft", {suspect, 0ms, not_sent}, {kill_step::kill, 0ms}},
        plan_case{"KillWithNothingLeftWhateverTheState", {held, 0ms, not_sent}, {kill_step::kill, 0ms}},
        plan_case{"LostIsKilledAtOnce", {lost, 0ms, not_sent}, {kill_step::kill, 0ms}},
        plan_case{"LostIsKilledAtOnceWithTimeLeft", {lost, 9000ms, not_sent}, {kill_step::kill, 0ms}},
        plan_case{"LostIsKilledAtOnceWithinTheGrace", {lost, 9000ms, 10ms}, {kill_step::kill, 0ms}},
        plan_case{"AfterTermWaitsForTheGrace", {suspect, 1000ms, 200ms}, {kill_step::wait, 800ms}},
        plan_case{
            "AfterTermWaitsForTheSessionIfThatIsSooner", {suspect, 500ms, 200ms}, {kill_step::wait, 400ms}},
        plan_case{"AfterTermKillsAtTheEndOfTheGrace", {suspect, 500ms, 1000ms}, {kill_step::kill, 0ms}},
        plan_case{"AfterTermKillsAtTheEndOfTheSession", {suspect, 90ms, 200ms}, {kill_step::kill, 0ms}},
        plan_case{
            "HealingAfterTermWinsNothingMoreThanTheGrace", {held, 9900ms, 200ms}, {kill_step::wait, 800ms}},
        plan_case{"HealingAfterTermDoesNotSaveIt", {held, 9900ms, 1000ms}, {kill_step::kill, 0ms}}),
    [](const auto& test) { return std::string(test.param.name); });

// Whatever the plan answers, following it means: SIGTERM before SIGKILL if there was time, and dead in time.
TEST(KillPlanFollowed, EndsInTimeFromEveryStart) {
    for (milliseconds left = 0ms; left <= 3000ms; left += 7ms) {
        milliseconds elapsed = 0ms;
        std::optional<milliseconds> term_at;
        int looks = 0;
        for (;;) {
            ASSERT_LT(++looks, 10);
            guard_view view{suspect, left - elapsed, std::nullopt};
            if (term_at) view.since_term = elapsed - *term_at;
            const kill_plan plan = plan_kill(view, limits);
            if (plan.step == kill_step::kill) break;
            if (plan.step == kill_step::terminate) term_at = elapsed;
            ASSERT_GT(plan.look_again, 0ms);
            elapsed += plan.look_again;
        }
        EXPECT_LE(elapsed, std::max(left - limits.margin, 0ms)) << left.count();
        EXPECT_EQ(term_at.has_value(), left > limits.margin) << left.count();
    }
}

TEST(KillLimits, StayBelowAThirdOfTheNegotiatedTimeout) {
    EXPECT_EQ(limits_for(1000ms, 10s).kill_after, 1000ms);
    EXPECT_EQ(limits_for(3s, 6s).kill_after, 1999ms);
    EXPECT_GT(limits_for(1s, 1ms).kill_after, 0ms);
}

TEST(KillLimits, MarginGrowsWithTheTimeoutWithinBounds) {
    EXPECT_EQ(limits_for(1s, 10s).margin, 100ms);
    EXPECT_EQ(limits_for(1s, 4s).margin, 80ms);
    EXPECT_EQ(limits_for(1s, 100ms).margin, 5ms);
}

}  // namespace
}  // namespace paddock::tool
