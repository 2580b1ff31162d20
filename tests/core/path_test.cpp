#include "core/path.hpp"

#include <gtest/gtest.h>

#include "tests/support/refusal.hpp"

namespace paddock::detail {
namespace {

using paddock::testing::refuses;

class GoodPath : public ::testing::TestWithParam<std::string> {};
TEST_P(GoodPath, Passes) {
    EXPECT_NO_THROW(validate_path(GetParam(), "path"));
    EXPECT_NO_THROW(validate_sequential_path(GetParam(), "path"));
}
INSTANTIATE_TEST_SUITE_P(Table, GoodPath,
                         ::testing::Values("/", "/a", "/a/b/c", "/...", "/a..b", "/.hidden", "/a/..b", "/a b",
                                           "/zookeeper/quota", "/\xc3\xa9", "/\xe4\xb8\xad", "/\xef\xbf\xaf",
                                           "/" + std::string(4095, 'x')));

struct bad_path {
    const char* name;
    std::string path;
    std::string_view shown;
    std::string_view rule;
    bool bad_for_sequential = true;
    friend std::ostream& operator<<(std::ostream& os, const bad_path& c) { return os << c.name; }
};
class BadPath : public ::testing::TestWithParam<bad_path> {};
TEST_P(BadPath, IsRefusedByNameAndRule) {
    const bad_path& c = GetParam();
    EXPECT_TRUE(
        refuses([&] { validate_path(c.path, "mutex"); }, errc::invalid_path, {"mutex", c.shown, c.rule}));
    const auto sequential = [&] { validate_sequential_path(c.path, "create"); };
    if (c.bad_for_sequential)
        EXPECT_TRUE(refuses(sequential, errc::invalid_path, {"create", c.rule}));
    else
        EXPECT_NO_THROW(sequential());
}
INSTANTIATE_TEST_SUITE_P(Table, BadPath,
                         ::testing::Values(bad_path{"Empty", "", "''", "empty"},
                                           bad_path{"Relative", "locks/a", "'locks/a'", "absolute"},
                                           bad_path{"TrailingSlash", "/a/", "'/a/'", "end with '/'", false},
                                           bad_path{"DoubleSlash", "/a//b", "'/a//b'", "empty component"},
                                           bad_path{"OnlySlashes", "//", "'//'", ""},
                                           bad_path{"LeadingDoubleSlash", "//a", "'//a'", "empty component"},
                                           bad_path{"Dot", "/.", "'/.'", "relative component"},
                                           bad_path{"DotInside", "/a/./b", "'/a/./b'", "relative component"},
                                           bad_path{"DotDot", "/..", "'/..'", "relative component"},
                                           bad_path{"DotDotAtEnd", "/a/..", "'/a/..'", "relative component"},
                                           bad_path{"Nul", std::string("/a\0b", 4), "'/a\\x00b'", "NUL"},
                                           bad_path{"Newline", "/a\nb", "'/a\\x0ab'", "character"},
                                           bad_path{"Escape", "/\x1b", "'/\\x1b'", "character"},
                                           bad_path{"Delete", "/\x7f", "'/\\x7f'", "character"},
                                           bad_path{"C1Control", "/\xc2\x85", "/", "character"},
                                           bad_path{"PrivateUse", "/\xee\x80\x80", "/", "character"},
                                           bad_path{"Specials", "/\xef\xbf\xbd", "/", "character"},
                                           // Servers check UTF-16 units, so they see two surrogates here.
                                           bad_path{"BeyondTheBasicPlane", "/\xf0\x9f\x98\x80", "/",
                                                    "character"},
                                           bad_path{"InvalidUtf8", "/\xff", "/", "UTF-8"},
                                           bad_path{"CutUtf8", "/a\xc3", "/a", "UTF-8"},
                                           bad_path{"OverlongUtf8", "/\xc0\xaf", "/", "UTF-8"},
                                           bad_path{"SurrogateUtf8", "/\xed\xa0\x80", "/", "UTF-8"},
                                           bad_path{"TooLong", "/" + std::string(4096, 'x'), "/xxx", "4096"}),
                         [](const auto& test) { return std::string(test.param.name); });

struct split_case {
    const char* path;
    const char* parent;
    const char* name;
    std::vector<std::string> ancestry;
    friend std::ostream& operator<<(std::ostream& os, const split_case& c) { return os << c.path; }
};
class SplitPath : public ::testing::TestWithParam<split_case> {};
TEST_P(SplitPath, TakesApartAndJoins) {
    const split_case& c = GetParam();
    EXPECT_EQ(name_of(c.path), c.name);
    EXPECT_EQ(join_path(c.parent, c.name), c.path);
    EXPECT_EQ(ancestry_of(c.path), c.ancestry);
}
INSTANTIATE_TEST_SUITE_P(Table, SplitPath,
                         ::testing::Values(split_case{"/a", "/", "a", {"/a"}},
                                           split_case{"/a/b", "/a", "b", {"/a", "/a/b"}},
                                           split_case{"/a/b/c", "/a/b", "c", {"/a", "/a/b", "/a/b/c"}}));

TEST(Ancestry, OfTheRootIsEmpty) { EXPECT_TRUE(ancestry_of("/").empty()); }

struct space_case {
    const char* prefix;
    const char* inside;
    const char* outside;
    friend std::ostream& operator<<(std::ostream& os, const space_case& c) {
        return os << c.prefix << " + " << c.inside;
    }
};
class NameSpace : public ::testing::TestWithParam<space_case> {};
TEST_P(NameSpace, GoesBothWays) {
    const name_space space(GetParam().prefix);
    EXPECT_EQ(space.outside(GetParam().inside), GetParam().outside);
    EXPECT_EQ(space.inside(GetParam().outside), GetParam().inside);
}
INSTANTIATE_TEST_SUITE_P(Table, NameSpace,
                         ::testing::Values(space_case{"", "/a", "/a"}, space_case{"", "/", "/"},
                                           space_case{"/", "/a/b", "/a/b"}, space_case{"/", "/", "/"},
                                           space_case{"/app", "/a", "/app/a"},
                                           space_case{"/app", "/", "/app"},
                                           space_case{"/app/one", "/a/b", "/app/one/a/b"}));

TEST(NameSpacePrefix, FollowsTheRulesOfPaths) {
    EXPECT_EQ(name_space().prefix(), "");
    EXPECT_EQ(name_space("/").prefix(), "");
    EXPECT_EQ(name_space("/app").prefix(), "/app");
    for (const std::string bad : {"app", "/app/", "/a//b", "/..", " "})
        EXPECT_TRUE(
            refuses([&] { name_space space(bad); }, errc::invalid_path, {"name_space", "'" + bad + "'"}))
            << bad;
}

}  // namespace
}  // namespace paddock::detail
