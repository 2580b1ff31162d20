#include "core/session/recent_silence.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

using namespace std::chrono_literals;

class RecentSilence : public ::testing::Test {
protected:
    /// Sends after `length` without sending.
    std::chrono::nanoseconds after(std::chrono::nanoseconds length) {
        const auto previous = std::exchange(now, now + length);
        return silence.sending(previous, now, 10ms, 100ms);
    }
    recent_silence silence;
    boot_time now{1h};
};

TEST_F(RecentSilence, IsAtLeastTheUsualOne) {
    EXPECT_EQ(after(1ms), 10ms);
    EXPECT_EQ(after(10ms), 10ms);
    EXPECT_EQ(after(0ms), 10ms);
}

TEST_F(RecentSilence, CountsForOneWindowAfterItsEnd) {
    EXPECT_EQ(after(500ms), 500ms);
    EXPECT_EQ(after(1ms), 500ms);
    EXPECT_EQ(after(99ms), 500ms);
    EXPECT_EQ(after(1ms), 99ms);
}

TEST_F(RecentSilence, ShorterOneComesForthWhenTheLongerOneIsOver) {
    after(500ms);
    EXPECT_EQ(after(50ms), 500ms);
    EXPECT_EQ(after(51ms), 51ms);
    EXPECT_EQ(after(5ms), 51ms);
}

TEST_F(RecentSilence, ResetForgets) {
    after(500ms);
    silence.reset();
    EXPECT_EQ(after(1ms), 10ms);
}

TEST_F(RecentSilence, AgreesWithLookingAtThemAll) {
    std::mt19937 random(5);
    std::vector<std::pair<boot_time, std::chrono::nanoseconds>> all;
    for (int i = 0; i < 20'000; ++i) {
        const std::chrono::milliseconds length(random() % 8 == 0 ? random() % 200 : random() % 20);
        const auto got = after(length);
        all.emplace_back(now, length);
        std::chrono::nanoseconds expected = 10ms;
        for (auto one = all.rbegin(); one != all.rend() && one->first + 100ms >= now; ++one)
            expected = std::max(expected, one->second);
        ASSERT_EQ(got, expected) << i;
    }
}

}  // namespace
}  // namespace paddock::detail
