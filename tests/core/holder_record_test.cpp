#include "core/holder_record.hpp"

#include <unistd.h>

#include <limits>

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

holder_record full_record() {
    holder_record record;
    record.host = "host-1";
    record.pid = 4711;
    record.application = "billing";
    record.purpose = "rotate \"logs\"\n\\ \xc3\xa9";
    record.since_ms = 1'700'000'000'123;
    return record;
}

TEST(HolderRecord, ReadsWhatItWrote) {
    EXPECT_EQ(read_record(write_record(full_record())), full_record());
    EXPECT_EQ(read_record(write_record({})), holder_record());
    holder_record extreme = full_record();
    extreme.pid = std::numeric_limits<std::int64_t>::min();
    extreme.since_ms = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(read_record(write_record(extreme)), extreme);
}

TEST(HolderRecord, IsCompactJsonForOtherReaders) {
    const auto text = write_record(full_record());
    EXPECT_EQ(text.front(), '{');
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_NE(text.find("\"host\":\"host-1\""), std::string::npos) << text;
    EXPECT_NE(text.find("\"pid\":4711"), std::string::npos) << text;
    EXPECT_LT(write_record({}).size(), 100u);
}

struct foreign_case {
    const char* name;
    std::string data;
    friend std::ostream& operator<<(std::ostream& os, const foreign_case& c) { return os << c.name; }
};
class ForeignData : public ::testing::TestWithParam<foreign_case> {};
TEST_P(ForeignData, IsNoRecord) { EXPECT_EQ(read_record(GetParam().data), std::nullopt); }
INSTANTIATE_TEST_SUITE_P(
    Table, ForeignData,
    ::testing::Values(
        foreign_case{"Empty", ""}, foreign_case{"CuratorsAddress", "192.168.0.7"},
        foreign_case{"Number", "17"}, foreign_case{"Null", "null"}, foreign_case{"Array", "[{}]"},
        foreign_case{"OtherObject", "{\"host\":\"a\",\"pid\":1}"}, foreign_case{"EmptyObject", "{}"},
        foreign_case{"Cut", "{\"paddock\":1,\"host\":\"a"}, foreign_case{"Trailing", "{\"paddock\":1} x"},
        foreign_case{"TwoObjects", "{\"paddock\":1}{\"paddock\":1}"},
        foreign_case{"SpaceBefore", " {\"paddock\":1}"},
        foreign_case{"Binary", std::string("{\0\x01\xff", 4)},
        foreign_case{"InvalidUtf8", "{\"paddock\":1,\"host\":\"\xff\"}"},
        foreign_case{"Deep", "{\"paddock\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}"},
        foreign_case{"OnlyBraces", std::string(100'000, '{')}),
    [](const auto& test) { return std::string(test.param.name); });

holder_record only(std::string host, std::string application) {
    holder_record record;
    record.host = std::move(host);
    record.application = std::move(application);
    return record;
}

struct partial_case {
    const char* name;
    std::string data;
    holder_record expected;
    friend std::ostream& operator<<(std::ostream& os, const partial_case& c) { return os << c.name; }
};
class OtherVersions : public ::testing::TestWithParam<partial_case> {};
TEST_P(OtherVersions, AreReadAsFarAsTheyGo) { EXPECT_EQ(read_record(GetParam().data), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(
    Table, OtherVersions,
    ::testing::Values(
        partial_case{"Minimal", "{\"paddock\":1}", {}},
        partial_case{"Later", "{\"paddock\":2,\"host\":\"h\",\"new\":{\"a\":[1]}}", only("h", "")},
        partial_case{
            "WrongTypes", "{\"paddock\":1,\"host\":5,\"pid\":\"x\",\"app\":null,\"since_ms\":1.5}", {}},
        partial_case{"NumberTooLarge", "{\"paddock\":1,\"pid\":18446744073709551615}", {}},
        partial_case{"EscapedNul", "{\"paddock\":1,\"app\":\"a\\u0000b\"}",
                     only("", std::string("a\0b", 3))}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(OwnNames, AreThere) {
    char host[256] = {};
    ASSERT_EQ(::gethostname(host, sizeof host - 1), 0);
    EXPECT_EQ(host_name(), host);
    EXPECT_FALSE(program_name().empty());
    EXPECT_EQ(program_name().find('/'), std::string::npos);
}

}  // namespace
}  // namespace paddock::detail
