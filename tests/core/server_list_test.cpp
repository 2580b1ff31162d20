#include "core/server_list.hpp"

#include <gtest/gtest.h>

#include "tests/support/refusal.hpp"

namespace paddock::detail {
namespace {

using paddock::testing::refuses;

struct good_list {
    const char* name;
    std::string text;
    std::vector<server_address> expected;
    friend std::ostream& operator<<(std::ostream& os, const good_list& c) { return os << c.name; }
};
class GoodServers : public ::testing::TestWithParam<good_list> {};
TEST_P(GoodServers, AreRead) { EXPECT_EQ(parse_servers(GetParam().text), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(
    Table, GoodServers,
    ::testing::Values(
        good_list{"DefaultPort", "10.0.0.1", {{"10.0.0.1", 2181}}},
        good_list{"WithPort", "10.0.0.1:2182", {{"10.0.0.1", 2182}}},
        good_list{"List", "a:1,b,10.0.0.3:65535", {{"a", 1}, {"b", 2181}, {"10.0.0.3", 65535}}},
        good_list{"SameTwice", "a,a", {{"a", 2181}, {"a", 2181}}},
        good_list{
            "Names", "zk-1.example.org:2181,localhost", {{"zk-1.example.org", 2181}, {"localhost", 2181}}},
        good_list{"Underscore", "zk_1", {{"zk_1", 2181}}},
        good_list{"FinalDot", "zk.example.org.:9", {{"zk.example.org.", 9}}},
        good_list{"DigitsAndLetters", "1a:7", {{"1a", 7}}}, good_list{"IPv6", "[::1]", {{"::1", 2181}}},
        good_list{"IPv6WithPort", "[2001:db8::2]:2182,[::1]:1", {{"2001:db8::2", 2182}, {"::1", 1}}},
        good_list{"IPv6MappedIPv4", "[::ffff:10.0.0.1]:2181", {{"::ffff:10.0.0.1", 2181}}},
        good_list{"IPv6Zone", "[fe80::1%eth0]:2181", {{"fe80::1%eth0", 2181}}}),
    [](const auto& test) { return std::string(test.param.name); });

struct bad_list {
    const char* name;
    std::string text;
    std::string_view shown;  // the entry at fault
    std::string_view rule;
    friend std::ostream& operator<<(std::ostream& os, const bad_list& c) { return os << c.name; }
};
class BadServers : public ::testing::TestWithParam<bad_list> {};
TEST_P(BadServers, AreRefusedByEntryAndRule) {
    const bad_list& c = GetParam();
    EXPECT_TRUE(refuses([&] { parse_servers(c.text); }, errc::invalid_servers, {c.shown, c.rule}));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadServers,
    ::testing::Values(
        bad_list{"Empty", "", "", "empty"}, bad_list{"OnlyComma", ",", "''", "empty"},
        bad_list{"TrailingComma", "a:1,", "''", "empty"}, bad_list{"LeadingComma", ",a", "''", "empty"},
        bad_list{"TwoCommas", "a,,b", "''", "empty"},
        bad_list{"NoHost", ":2181", "':2181'", "host is missing"},
        bad_list{"EmptyPort", "a:", "'a:'", "port"}, bad_list{"PortZero", "a:0", "'a:0'", "1 to 65535"},
        bad_list{"PortTooLarge", "b,a:65536", "'a:65536'", "1 to 65535"},
        bad_list{"PortHuge", "a:99999999999999999999", "'a:99999999999999999999'", "1 to 65535"},
        bad_list{"PortNegative", "a:-1", "'a:-1'", "1 to 65535"},
        bad_list{"PortPlus", "a:+1", "'a:+1'", "1 to 65535"},
        bad_list{"PortNotANumber", "a:zk", "'a:zk'", "1 to 65535"},
        bad_list{"PortThenText", "a:21x", "'a:21x'", "1 to 65535"},
        bad_list{"Chroot", "a:2181/app", "'a:2181/app'", "name_space"},
        bad_list{"SpaceBetween", "a, b", "'a, b'", "spaces"}, bad_list{"Tab", "a\t", "'a\\x09'", "spaces"},
        bad_list{"Nul", std::string("a\0b", 3), "'a\\x00b'", "NUL"},
        bad_list{"Newline", "a\n", "'a\\x0a'", "control"}, bad_list{"BareIPv6", "::1", "'::1'", "brackets"},
        bad_list{"BareIPv6WithPort", "fe80::1:2181", "'fe80::1:2181'", "brackets"},
        bad_list{"BracketOpen", "[::1:2181", "'[::1:2181'", "closing bracket"},
        bad_list{"BracketsEmpty", "[]:2181", "'[]:2181'", "IPv6"},
        bad_list{"BracketsAroundAName", "[localhost]", "'[localhost]'", "IPv6"},
        bad_list{"BracketsAroundIPv4", "[10.0.0.1]", "'[10.0.0.1]'", "IPv6"},
        bad_list{"TextBehindBracket", "[::1]2181", "'[::1]2181'", "':port'"},
        bad_list{"EmptyPortBehindBracket", "[::1]:", "'[::1]:'", "port"},
        bad_list{"EmptyZone", "[fe80::1%]", "'[fe80::1%]'", "IPv6"},
        bad_list{"IPv4ThreeNumbers", "10.0.1", "'10.0.1'", "four numbers"},
        bad_list{"IPv4TooLarge", "10.0.0.256", "'10.0.0.256'", "four numbers"},
        bad_list{"IPv4Number", "1", "'1'", "four numbers"},
        bad_list{"LeadingHyphen", "-a", "'-a'", "hyphens"},
        bad_list{"TrailingHyphen", "a-.b", "'a-.b'", "hyphens"},
        bad_list{"EmptyLabel", "a..b", "'a..b'", "dots"}, bad_list{"OnlyDot", "a,..", "'..'", ""},
        bad_list{"BadCharacter", "a@b", "'a@b'", "letters"},
        bad_list{"NotAscii", "z\xc3\xa9", "'z\xc3\xa9'", "letters"},
        bad_list{"LongLabel", std::string(64, 'a') + ".org", "'aaaa", "63"},
        bad_list{"LongHost", "b," + std::string(254, 'a'), "'aaaa", "253"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ServerCount, IsLimited) {
    std::string text = "a";
    for (int i = 1; i < 64; ++i) text += ",a";
    EXPECT_EQ(parse_servers(text).size(), 64u);
    EXPECT_TRUE(refuses([&] { parse_servers(text + ",a"); }, errc::invalid_servers, {"65", "64"}));
}

}  // namespace
}  // namespace paddock::detail
