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

TEST(FencingTokens, ThosePassedOnAreBetweenTwoZxids) {
    const std::vector<fencing_token> tokens{fencing_token(5), fencing_token(5, 1), fencing_token(5, 2),
                                            fencing_token(5, 0xffffffff), fencing_token(6)};
    for (std::size_t i = 1; i < tokens.size(); ++i) {
        EXPECT_LT(tokens[i - 1], tokens[i]);
        EXPECT_LT(tokens[i - 1].to_string(), tokens[i].to_string());
    }
    for (const fencing_token& one : tokens) EXPECT_EQ(fencing_token::parse(one.to_string()), one);
    EXPECT_EQ(fencing_token(5, 1).to_string(), "0000000000000005.00000001");
    EXPECT_EQ(fencing_token(5, 1).value(), 5);
    EXPECT_EQ(fencing_token(5, 1).local(), 1u);
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
                                           "0000000000000005.", "0000000000000005.1",
                                           "0000000000000005.00000000", "0000000000000005.0000000g",
                                           "0000000000000005.000000001", "0000000000000005:00000001",
                                           "000000000000005.00000001", std::string(1'000, '0')));

}  // namespace
}  // namespace paddock
