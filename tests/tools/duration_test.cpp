#include "tools/paddock/duration.hpp"

#include <ostream>
#include <stdexcept>

#include <gtest/gtest.h>

namespace paddock::tool {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct good_case {
    const char* text;
    milliseconds expected;
    friend std::ostream& operator<<(std::ostream& os, const good_case& c) { return os << c.text; }
};

class Duration : public testing::TestWithParam<good_case> {};

TEST_P(Duration, IsRead) { EXPECT_EQ(parse_duration(GetParam().text), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(Table, Duration,
                         testing::Values(good_case{"500ms", 500ms}, good_case{"10s", 10s},
                                         good_case{"2m", 2min}, good_case{"1h", 1h}, good_case{"1ms", 1ms},
                                         good_case{"007s", 7s}, good_case{"8760h", 8760h},
                                         good_case{"31536000000ms", 8760h}));

struct bad_length {
    const char* text;
    const char* rule;
    friend std::ostream& operator<<(std::ostream& os, const bad_length& c) {
        return os << '"' << c.text << '"';
    }
};

class BadDuration : public testing::TestWithParam<bad_length> {};

TEST_P(BadDuration, IsRefusedNamingValueAndRule) {
    const bad_length& c = GetParam();
    try {
        const milliseconds read = parse_duration(c.text);
        FAIL() << "read as " << read.count() << " ms";
    } catch (const std::invalid_argument& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("'" + std::string(c.text) + "'"), std::string::npos) << message;
        EXPECT_NE(message.find(c.rule), std::string::npos) << message;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadDuration,
    testing::Values(
        bad_length{"", "whole number and a unit"}, bad_length{"s", "whole number and a unit"},
        bad_length{"abc", "whole number and a unit"}, bad_length{" 1s", "whole number and a unit"},
        bad_length{"+1s", "whole number and a unit"}, bad_length{".5s", "whole number and a unit"},
        bad_length{"10", "units"}, bad_length{"1.5s", "units"}, bad_length{"1s ", "units"},
        bad_length{"1 s", "units"}, bad_length{"1S", "units"}, bad_length{"1d", "units"},
        bad_length{"1m30s", "units"}, bad_length{"1sec", "units"}, bad_length{"0s", "longer than zero"},
        bad_length{"0ms", "longer than zero"}, bad_length{"000h", "longer than zero"},
        bad_length{"-5s", "longer than zero"}, bad_length{"-", "longer than zero"},
        bad_length{"8761h", "at most"}, bad_length{"31536000001ms", "at most"},
        bad_length{"9223372036854775808ms", "at most"}, bad_length{"18446744073709551617s", "at most"},
        bad_length{"99999999999999999999999999999999999999h", "at most"}));

TEST(FormatAge, ShowsTwoLargestUnits) {
    EXPECT_EQ(format_age(0ms), "0ms");
    EXPECT_EQ(format_age(999ms), "999ms");
    EXPECT_EQ(format_age(4250ms), "4.2s");
    EXPECT_EQ(format_age(59'999ms), "59.9s");
    EXPECT_EQ(format_age(2min + 3s), "2m03s");
    EXPECT_EQ(format_age(5h + 7min), "5h07m");
    EXPECT_EQ(format_age(76h), "3d04h");
}

TEST(FormatAge, ClockSkewIsNoNegativeAge) { EXPECT_EQ(format_age(-5s), "0ms"); }

TEST(FormatDuration, IsReadBackAsTheSame) {
    for (const milliseconds length :
         {1ms, 999ms, 1000ms, 1500ms, 59'000ms, 60'000ms, 3'600'000ms, 5'400'000ms})
        EXPECT_EQ(parse_duration(format_duration(length)), length) << format_duration(length);
    EXPECT_EQ(format_duration(10s), "10s");
    EXPECT_EQ(format_duration(1500ms), "1500ms");
    EXPECT_EQ(format_duration(90min), "90m");
}

}  // namespace
}  // namespace paddock::tool
