#include "core/boot_time.hpp"

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

using namespace std::chrono_literals;

TEST(SaturatingAdd, StopsAtTheEndOfTheClock) {
    const boot_time start(1h);
    EXPECT_EQ(saturating_add(start, 5s), start + 5s);
    EXPECT_EQ(saturating_add(start, -5s), start - 5s);
    EXPECT_EQ(saturating_add(start, 0ns), start);
    EXPECT_EQ(saturating_add(start, std::chrono::nanoseconds::max()), boot_time::max());
    EXPECT_EQ(saturating_add(start, boot_time::max() - start), boot_time::max());
    EXPECT_EQ(saturating_add(start, boot_time::max() - start - 1ns), boot_time::max() - 1ns);
    EXPECT_EQ(saturating_add(boot_time::max(), 1ns), boot_time::max());
    EXPECT_EQ(saturating_add(boot_time::max(), 0ns), boot_time::max());
}

}  // namespace
}  // namespace paddock::detail
