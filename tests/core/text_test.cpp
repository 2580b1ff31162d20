#include "core/text.hpp"

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

struct utf8_case {
    const char* name;
    std::string text;
    std::optional<char32_t> first;  // nothing: malformed at once
    bool whole;                     // well-formed to the end
    friend std::ostream& operator<<(std::ostream& os, const utf8_case& c) { return os << c.name; }
};
class Utf8 : public ::testing::TestWithParam<utf8_case> {};
TEST_P(Utf8, IsReadStrictly) {
    std::string_view rest = GetParam().text;
    EXPECT_EQ(next_utf8(rest), GetParam().first);
    EXPECT_EQ(is_utf8(GetParam().text), GetParam().whole);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Utf8,
    ::testing::Values(
        utf8_case{"Ascii", "ab", U'a', true}, utf8_case{"Nul", std::string("\0", 1), U'\0', true},
        utf8_case{"TwoBytes", "\xc3\xa9", U'\u00e9', true},
        utf8_case{"ThreeBytes", "\xe4\xb8\xad", U'\u4e2d', true},
        utf8_case{"FourBytes", "\xf0\x9f\x98\x80", U'\U0001f600', true},
        utf8_case{"Smallest2", "\xc2\x80", U'\u0080', true},
        utf8_case{"Largest", "\xf4\x8f\xbf\xbf", U'\U0010ffff', true}, utf8_case{"Empty", "", {}, true},
        utf8_case{"LoneContinuation", "\x80", {}, false}, utf8_case{"Overlong2", "\xc0\xaf", {}, false},
        utf8_case{"Overlong2Top", "\xc1\xbf", {}, false}, utf8_case{"Overlong3", "\xe0\x80\xaf", {}, false},
        utf8_case{"Overlong4", "\xf0\x80\x80\xaf", {}, false},
        utf8_case{"Surrogate", "\xed\xa0\x80", {}, false},
        utf8_case{"LastSurrogate", "\xed\xbf\xbf", {}, false},
        utf8_case{"TooLarge", "\xf4\x90\x80\x80", {}, false},
        utf8_case{"FiveBytes", "\xf8\x88\x80\x80\x80", {}, false}, utf8_case{"Ff", "\xff", {}, false},
        utf8_case{"CutTwo", "\xc3", {}, false}, utf8_case{"CutFour", "\xf0\x9f\x98", {}, false},
        utf8_case{"WrongContinuation", "\xc3(", {}, false}, utf8_case{"BadLater", "a\xff", U'a', false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(NextUtf8, TakesOffWhatItRead) {
    std::string_view rest = "\xc3\xa9z";
    EXPECT_EQ(next_utf8(rest), U'\u00e9');
    EXPECT_EQ(rest, "z");
    EXPECT_EQ(next_utf8(rest), U'z');
    EXPECT_EQ(next_utf8(rest), std::nullopt);
    rest = "\xff";
    EXPECT_EQ(next_utf8(rest), std::nullopt);
    EXPECT_EQ(rest, "\xff");
}

TEST(Printable, EscapesControlsAndShortens) {
    EXPECT_EQ(printable("/a b"), "/a b");
    EXPECT_EQ(printable(std::string("a\0\n\x1b\x7f", 5)), "a\\x00\\x0a\\x1b\\x7f");
    EXPECT_EQ(printable("\xc3\xa9"), "\xc3\xa9");
    EXPECT_EQ(printable(std::string(128, 'x')), std::string(128, 'x'));
    EXPECT_EQ(printable(std::string(129, 'x')), std::string(128, 'x') + "...");
    EXPECT_EQ(printable(std::string(127, 'x') + "\xc3\xa9"), std::string(127, 'x') + "...")
        << "no half characters";
    EXPECT_EQ(printable(std::string(126, 'x') + "\xc3\xa9y"), std::string(126, 'x') + "\xc3\xa9...");
    EXPECT_EQ(printable(""), "");
}

}  // namespace
}  // namespace paddock::detail
