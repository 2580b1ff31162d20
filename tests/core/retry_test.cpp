#include "core/retry.hpp"

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

struct retry_case {
    const char* name;
    reply answer;
    bool retry;
    friend std::ostream& operator<<(std::ostream& os, const retry_case& c) { return os << c.name; }
};
error_code server(int code) { return {code, zookeeper_category()}; }

class Retry : public ::testing::TestWithParam<retry_case> {};
TEST_P(Retry, DependsOnTheAnswerAlone) { EXPECT_EQ(worth_retrying(GetParam().answer), GetParam().retry); }
INSTANTIATE_TEST_SUITE_P(
    Table, Retry,
    ::testing::Values(retry_case{"Success", {{}, fate::answered}, false},
                      retry_case{"NotSent", {errc::outcome_unknown, fate::not_sent}, true},
                      retry_case{"Unknown", {errc::outcome_unknown, fate::unknown}, true},
                      retry_case{"SessionMoved", {server(-118), fate::answered}, true},
                      retry_case{"ReadOnlyServer", {server(-119), fate::answered}, true},
                      retry_case{"TimedOutInside", {server(-122), fate::answered}, true},
                      retry_case{"Throttled", {server_errc::throttled, fate::answered}, true},
                      retry_case{"NoNode", {server_errc::no_node, fate::answered}, false},
                      retry_case{"NoAuth", {server_errc::no_auth, fate::answered}, false},
                      retry_case{"Quota", {server_errc::quota_exceeded, fate::answered}, false},
                      retry_case{"InvalidAcl", {server_errc::invalid_acl, fate::answered}, false},
                      retry_case{"Unimplemented", {server_errc::unimplemented, fate::answered}, false},
                      retry_case{"SameNumberOfAnotherCategory",
                                 {error_code(-127, boost::system::generic_category()), fate::answered},
                                 false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(IsCode, ComparesCategoryToo) {
    EXPECT_TRUE(is_code(server(-101), server_errc::no_node));
    EXPECT_FALSE(is_code(server(-102), server_errc::no_node));
    EXPECT_FALSE(is_code(error_code(-101, boost::system::generic_category()), server_errc::no_node));
    EXPECT_FALSE(is_code({}, server_errc::no_node));
}

}  // namespace
}  // namespace paddock::detail
