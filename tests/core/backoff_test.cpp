// Delays between retries.
#include <gtest/gtest.h>

#include "core/backoff.hpp"

namespace paddock::detail {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsLimit) {
    backoff delays(10ms, 75ms);
    const std::chrono::nanoseconds expected[] = {10ms, 20ms, 40ms, 75ms, 75ms};
    for (const auto limit : expected) {
        const auto delay = delays.next(0.5);
        EXPECT_EQ(delay, limit * 5 / 8);
    }
}

TEST(Backoff, JitterStaysWithinAQuarterAndTheWhole) {
    for (const double unit : {0.0, 0.3, 0.999999}) {
        backoff delays(100ms, 1s);
        const auto delay = delays.next(unit);
        EXPECT_GE(delay, 25ms);
        EXPECT_LT(delay, 100ms);
    }
}

TEST(Backoff, ResetStartsAgain) {
    backoff delays(10ms, 1s);
    for (int i = 0; i < 10; ++i) (void)delays.next(0);
    delays.reset();
    EXPECT_EQ(delays.next(0), 2500us);
}

TEST(Backoff, NeverOverflowsNorRunsHot) {
    backoff delays(1ms, std::chrono::hours(24));
    for (int i = 0; i < 200; ++i) EXPECT_GT(delays.next(0), 0ns);
    EXPECT_LE(delays.next(0.999), std::chrono::hours(24));
}

}  // namespace
}  // namespace paddock::detail
