#include "tests/sim/virtual_environment.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

#include "tests/sim/virtual_process.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class VirtualEnvironment : public ::testing::Test {
protected:
    detail::scheduled_call in(std::chrono::nanoseconds delay, const std::string& what) {
        return world.call_at(world.now() + delay, [this, what] { ran.push_back(what); });
    }
    virtual_environment world;
    std::vector<std::string> ran;
};

TEST_F(VirtualEnvironment, TimeMovesOnlyByHand) {
    const auto start = world.now();
    world.settle();
    EXPECT_EQ(world.now(), start);
    world.advance(5s);
    EXPECT_EQ(world.now() - start, 5s);
}

TEST_F(VirtualEnvironment, CallsRunInOrderOfTimeThenOfScheduling) {
    const auto late = in(2s, "late");
    const auto first = in(1s, "first");
    const auto second = in(1s, "second");
    world.advance(999ms);
    EXPECT_TRUE(ran.empty());
    world.advance(1ms);
    EXPECT_EQ(ran, (std::vector<std::string>{"first", "second"}));
    world.advance(1h);
    EXPECT_EQ(ran.back(), "late");
}

TEST_F(VirtualEnvironment, EachCallSeesItsOwnMoment) {
    const auto start = world.now();
    std::vector<std::chrono::nanoseconds> moments;
    const auto note = [&] { moments.push_back(world.now() - start); };
    const auto a = world.call_at(start + 1s, note);
    const auto b = world.call_at(start + 2s, note);
    world.advance(10s);
    EXPECT_EQ(moments, (std::vector<std::chrono::nanoseconds>{1s, 2s}));
}

TEST_F(VirtualEnvironment, CallForThePastRunsWithoutTimeAndNotInline) {
    const auto call = world.call_at(world.now() - 1s, [this] { ran.emplace_back("past"); });
    EXPECT_TRUE(ran.empty());
    const auto before = world.now();
    world.settle();
    EXPECT_EQ(ran.size(), 1u);
    EXPECT_EQ(world.now(), before);
}

TEST_F(VirtualEnvironment, DestroyedCallNeverRuns) {
    auto call = in(1s, "taken back");
    call.reset();
    EXPECT_EQ(world.scheduled_calls(), 0u);
    world.advance(2s);
    EXPECT_TRUE(ran.empty());
}

TEST_F(VirtualEnvironment, CallTakenBackByTheOneBeforeItAtTheSameMoment) {
    detail::scheduled_call second;
    const auto first = world.call_at(world.now() + 1s, [&] { second.reset(); });
    second = in(1s, "second");
    world.advance(1s);
    EXPECT_TRUE(ran.empty());
}

TEST_F(VirtualEnvironment, CallMayDestroyItself) {
    detail::scheduled_call call;
    call = world.call_at(world.now(), [&, text = std::string(100, 'x')] {
        call.reset();
        ran.push_back(text);
    });
    world.settle();
    EXPECT_EQ(ran, std::vector<std::string>{std::string(100, 'x')});
}

TEST_F(VirtualEnvironment, PostedHandlersRunInTheCallsMoment) {
    const auto call = world.call_at(world.now() + 1s, [this] {
        boost::asio::post(world.executor(), [this] { ran.emplace_back("posted"); });
    });
    const auto later = in(1s, "later");
    world.advance(1s);
    EXPECT_EQ(ran, (std::vector<std::string>{"posted", "later"}));
}

TEST_F(VirtualEnvironment, RunUntilStopsAtTheCondition) {
    const auto start = world.now();
    const auto a = in(1s, "a");
    const auto b = in(2s, "b");
    EXPECT_TRUE(world.run_until([&] { return !ran.empty(); }, 1h));
    EXPECT_EQ(world.now() - start, 1s);
    EXPECT_FALSE(world.run_until([&] { return ran.size() == 3; }, 10s));
    EXPECT_EQ(world.now() - start, 11s);
}

TEST_F(VirtualEnvironment, StepDoesOneThing) {
    const auto a = in(1s, "a");
    boost::asio::post(world.executor(), [this] { ran.emplace_back("ready"); });
    EXPECT_TRUE(world.step());
    EXPECT_EQ(ran.size(), 1u);
    EXPECT_TRUE(world.step());  // moves time
    EXPECT_EQ(ran.size(), 2u);
    EXPECT_FALSE(world.step());
}

TEST_F(VirtualEnvironment, EndlessWorkIsReported) {
    std::function<void()> again = [&] { boost::asio::post(world.executor(), again); };
    again();
    EXPECT_THROW(world.settle(), std::runtime_error);
}

TEST_F(VirtualEnvironment, RandomnessFollowsTheSeed) {
    virtual_environment same(7);
    virtual_environment again(7);
    virtual_environment other(8);
    const auto bits = same.random_128();
    EXPECT_EQ(bits, again.random_128());
    EXPECT_NE(bits, other.random_128());
    EXPECT_NE(bits, same.random_128());
    for (int i = 0; i < 1'000; ++i) {
        const double unit = same.random_unit();
        ASSERT_TRUE(unit >= 0 && unit < 1) << unit;
    }
}

TEST_F(VirtualEnvironment, OpeningWithoutAnEnsembleIsAnError) {
    struct : detail::session_listener {
        void on_connected(std::int64_t, std::chrono::milliseconds, detail::boot_time) override {}
        void on_disconnected() override {}
        void on_ended(error_code) override {}
        void on_watch(const std::string&, detail::watch_event) override {}
    } nobody;
    EXPECT_THROW(static_cast<void>(world.open({}, nobody)), std::logic_error);
}

TEST_F(VirtualEnvironment, FrozenProcessRunsWhatItMissedAfterTheThaw) {
    virtual_process one(world);
    virtual_process two(world);
    const auto start = world.now();
    std::vector<std::chrono::nanoseconds> moments;
    const auto a =
        one.call_at(start + 1s, [&] { ran.emplace_back("one"), moments.push_back(one.now() - start); });
    const auto b =
        two.call_at(start + 2s, [&] { ran.emplace_back("two"), moments.push_back(two.now() - start); });
    one.freeze();
    world.advance(5s);
    EXPECT_EQ(ran, std::vector<std::string>{"two"});
    one.thaw();
    world.settle();
    EXPECT_EQ(ran, (std::vector<std::string>{"two", "one"}));
    EXPECT_EQ(moments, (std::vector<std::chrono::nanoseconds>{2s, 5s}));
}

TEST_F(VirtualEnvironment, NothingRunsForADestroyedProcess) {
    auto process = std::make_unique<virtual_process>(world);
    const auto call = process->call_at(world.now() + 1s, [this] { ran.emplace_back("gone"); });
    process.reset();
    world.advance(2s);
    EXPECT_TRUE(ran.empty());
}

}  // namespace
}  // namespace paddock::testing
