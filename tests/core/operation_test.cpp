// An operation completes exactly once, whoever comes first.
#include <gtest/gtest.h>
#include <boost/asio/error.hpp>

#include "core/operation.hpp"
#include "tests/sim/virtual_environment.hpp"

namespace paddock::detail {
namespace {

using namespace std::chrono_literals;

class Operation : public ::testing::Test {
protected:
    struct told {
        int times = 0;
        error_code ec;
        int value = 0;
    };
    std::shared_ptr<operation<int>> make() {
        auto made = std::make_shared<operation<int>>(world, [this](error_code ec, int value) {
            ++seen.times;
            seen.ec = ec;
            seen.value = value;
        });
        made->on_finished = [this] { ++finished; };
        return made;
    }
    paddock::testing::virtual_environment world;
    told seen;
    int finished = 0;
};

TEST_F(Operation, FirstCompletionWins) {
    const auto one = make();
    EXPECT_FALSE(one->finished());
    EXPECT_TRUE(one->finish({}, 7));
    EXPECT_FALSE(one->finish(errc::timed_out, 8));
    one->give_up(boost::asio::error::operation_aborted);
    EXPECT_TRUE(one->finished());
    EXPECT_EQ(seen.times, 1);
    EXPECT_FALSE(seen.ec);
    EXPECT_EQ(seen.value, 7);
    EXPECT_EQ(finished, 1);
}

TEST_F(Operation, GivingUpCompletesAtOnceAndTellsTheDriver) {
    const auto one = make();
    one->give_up(boost::asio::error::operation_aborted);
    EXPECT_TRUE(one->given_up);
    EXPECT_EQ(seen.ec, make_error_code(boost::asio::error::operation_aborted));
    EXPECT_FALSE(one->finish({}, 7)) << "a late success is told that nobody wants it";
    EXPECT_EQ(seen.times, 1);
}

TEST_F(Operation, DeadlineTellsWhetherAServerAnswered) {
    const auto silent = make();
    silent->expire_at(world.now() + 5ms);
    world.advance(5ms - 1ns);
    EXPECT_EQ(seen.times, 0);
    world.advance(1ns);
    EXPECT_EQ(seen.ec, make_error_code(errc::servers_unreachable));
    const auto heard = make();
    heard->answered();
    heard->expire_at(world.now() + 5ms);
    world.advance(5ms);
    EXPECT_EQ(seen.ec, make_error_code(errc::timed_out));
    EXPECT_EQ(seen.times, 2);
}

TEST_F(Operation, PastDeadlineHasPassedAndNoneNeverPasses) {
    const auto past = make();
    past->expire_at(world.now() - 1s);
    EXPECT_EQ(seen.times, 0) << "never inside the call";
    world.settle();
    EXPECT_EQ(seen.times, 1);
    const auto unbounded = make();
    unbounded->expire_at(boot_time::max());
    EXPECT_EQ(world.scheduled_calls(), 0u);
}

TEST_F(Operation, CompletionTakesTheTimerBack) {
    const auto one = make();
    one->expire_at(world.now() + 1h);
    EXPECT_EQ(world.scheduled_calls(), 1u);
    one->finish({}, 1);
    EXPECT_EQ(world.scheduled_calls(), 0u);
}

TEST_F(Operation, MayBeDroppedByItsOwnSink) {
    std::shared_ptr<operation<int>> one;
    one = std::make_shared<operation<int>>(world, [&](error_code, int) { one.reset(); });
    const auto* raw = one.get();
    EXPECT_TRUE(const_cast<operation<int>*>(raw)->finish({}, 1));
    EXPECT_FALSE(one);
}

}  // namespace
}  // namespace paddock::detail
