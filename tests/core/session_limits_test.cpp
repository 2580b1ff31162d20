// Budgets of a session, taken for the worst case before anything is sent.
#include <gtest/gtest.h>

#include "core/session/session_limits.hpp"

namespace paddock::detail {
namespace {

TEST(SessionLimits, ShareIsGivenBackWithItsLastCopy) {
    session_limits limits(1'000, 250);
    error_code ec;
    budget_share first = limits.take(100, ec);
    EXPECT_TRUE(first);
    budget_share copy = limits.take(100, ec);
    const budget_share same = copy;
    EXPECT_EQ(limits.path_bytes(), 200u);
    EXPECT_FALSE(limits.take(100, ec));
    EXPECT_EQ(ec, make_error_code(errc::limit_exceeded));
    copy.reset();
    EXPECT_FALSE(limits.take(100, ec)) << "another copy is left";
    first.reset();
    EXPECT_TRUE(limits.take(100, ec));
    EXPECT_FALSE(ec);
    EXPECT_EQ(limits.path_bytes(), 100u);
}

TEST(SessionLimits, WatchesCountTwicePerContender) {
    session_limits limits(2 * (100 + 4), 1'000);
    error_code ec;
    const budget_share one = limits.take(100, ec);
    EXPECT_FALSE(ec);
    EXPECT_FALSE(limits.take(1, ec));
    EXPECT_EQ(ec, make_error_code(errc::limit_exceeded));
}

TEST(SessionLimits, ExactlyTheBudgetFits) {
    session_limits limits(10'000, 100);
    error_code ec;
    EXPECT_FALSE(limits.take(101, ec));
    EXPECT_TRUE(ec);
    EXPECT_TRUE(limits.take(100, ec));
    EXPECT_FALSE(ec);
}

TEST(SessionLimits, ShareOutlivesTheLimits) {
    budget_share kept;
    {
        session_limits limits;
        error_code ec;
        kept = limits.take(50, ec);
    }
    kept.reset();
    SUCCEED();
}

TEST(SessionLimits, DefaultsAreBelowWhatServersAccept) {
    static_assert(watch_bytes_max < 1'048'575);
    static_assert(ephemeral_path_bytes_max < 1'048'575);
    static_assert(request_bytes_max < 1'048'575);
}

}  // namespace
}  // namespace paddock::detail
