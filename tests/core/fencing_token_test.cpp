#include <paddock/fencing_token.hpp>

#include <algorithm>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/refusal.hpp"

namespace paddock {
namespace {

using paddock::testing::refuses;

struct token_case {
    std::int64_t value;
    const char* text;
    friend std::ostream& operator<<(std::ostream& os, const token_case& c) { return os << c.text; }
};
class FencingToken : public ::testing::TestWithParam<token_case> {};
TEST_P(FencingToken, WritesAndReads) {
    const fencing_token token(GetParam().value);
    EXPECT_EQ(token.value(), GetParam().value);
    EXPECT_EQ(token.to_string(), GetParam().text);
    EXPECT_EQ(fencing_token::parse(GetParam().text), token);
}
INSTANTIATE_TEST_SUITE_P(
    Table, FencingToken,
    ::testing::Values(token_case{0, "0000000000000000"}, token_case{1, "0000000000000001"},
                      token_case{0xabc, "0000000000000abc"}, token_case{0x1'0000'0007, "0000000100000007"},
                      token_case{std::numeric_limits<std::int64_t>::max(), "7fffffffffffffff"}));

TEST(FencingTokens, OrderAsNumbersAndAsText) {
    const std::vector<std::int64_t> values{0,   1,          9,           10,          15,         16,
                                           255, 0xffffffff, 0x100000000, 0x900000000, 0xa00000000};
    for (std::size_t i = 1; i < values.size(); ++i) {
        const fencing_token smaller(values[i - 1]);
        const fencing_token larger(values[i]);
        EXPECT_LT(smaller, larger);
        EXPECT_LT(smaller.to_string(), larger.to_string());
    }
}

TEST(FencingTokens, DefaultIsBelowEveryGrant) {
    EXPECT_LT(fencing_token(), fencing_token(1));
    EXPECT_EQ(fencing_token(), fencing_token(0));
}

class BadToken : public ::testing::TestWithParam<std::string> {};
TEST_P(BadToken, IsRefused) {
    const auto shown = "'" + GetParam().substr(0, 16);
    EXPECT_TRUE(refuses([] { static_cast<void>(fencing_token::parse(GetParam())); }, errc::invalid_token,
                        {shown, "16 lower-case hexadecimal digits"}));
}
INSTANTIATE_TEST_SUITE_P(Table, BadToken,
                         ::testing::Values("", "0", "000000000000001", "00000000000000001",
                                           "000000000000000g", "000000000000000A", "0x00000000000001",
                                           "-000000000000001", "+000000000000001", " 000000000000001",
                                           "000000000000001 ", "8000000000000000", "ffffffffffffffff",
                                           std::string(1'000, '0')));

}  // namespace
}  // namespace paddock
