#include "core/sequence_name.hpp"

#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

constexpr std::int32_t smallest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();

struct sequence_case {
    const char* name;
    std::string_view node;
    std::string_view kind;
    std::optional<std::int32_t> expected;
    friend std::ostream& operator<<(std::ostream& os, const sequence_case& c) { return os << c.name; }
};
class SequenceOf : public ::testing::TestWithParam<sequence_case> {};
TEST_P(SequenceOf, ReadsTheNumber) {
    EXPECT_EQ(sequence_of(GetParam().node, GetParam().kind), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Table, SequenceOf,
    ::testing::Values(
        sequence_case{"Curators", "_c_53a7d0f0-22b9-4d4c-8a51-2b6f2f2f7b5b-lock-0000000017", "lock-", 17},
        sequence_case{"WithoutProtection", "lock-0000000000", "lock-", 0},
        sequence_case{"Largest", "lock-2147483647", "lock-", largest},
        sequence_case{"FirstPastTheEnd", "lock--2147483648", "lock-", smallest},
        sequence_case{"ShortNegative", "lock--000000005", "lock-", -5},
        sequence_case{"MinusOne", "lock--000000001", "lock-", -1},
        sequence_case{"ElevenForASmallNegative", "lock--0000000005", "lock-", {}},
        sequence_case{"TenForTheLargestNegative", "lock--999999999", "lock-", -999'999'999},
        sequence_case{"ElevenFromThereOn", "lock--1000000000", "lock-", -1'000'000'000},
        sequence_case{"LastOccurrenceCounts", "lock-0000000001-lock-0000000002", "lock-", 2},
        sequence_case{"KindInsideThePrefix", "my-lock-of-lock-0000000003", "lock-", 3},
        sequence_case{"OtherKind", "read-0000000001", "lock-", {}},
        sequence_case{"KindMissing", "0000000001", "lock-", {}},
        sequence_case{"NothingBehind", "lock-", "lock-", {}},
        sequence_case{"NineDigits", "lock-000000001", "lock-", {}},
        sequence_case{"ElevenDigits", "lock-00000000001", "lock-", {}},
        sequence_case{"TwelveCharacters", "lock--00000000001", "lock-", {}},
        sequence_case{"OutOfRange", "lock-2147483648", "lock-", {}},
        sequence_case{"OutOfRangeNegative", "lock--2147483649", "lock-", {}},
        sequence_case{"PlusSign", "lock-+000000001", "lock-", {}},
        sequence_case{"Space", "lock- 000000001", "lock-", {}},
        sequence_case{"Hexadecimal", "lock-0x00000001", "lock-", {}},
        sequence_case{"LettersBehind", "lock-000000000a", "lock-", {}},
        sequence_case{"TwoMinuses", "lock---00000001", "lock-", {}}, sequence_case{"Empty", "", "lock-", {}},
        sequence_case{"EmptyKind", "0000000001", "", {}}, sequence_case{"ForeignChild", "hello", "lock-", {}},
        sequence_case{"NulInside",
                      std::string_view("lock-00000\0"
                                       "0001",
                                       15),
                      "lock-",
                      {}}),
    [](const auto& test) { return std::string(test.param.name); });

struct order_case {
    const char* name;
    std::int32_t first;
    std::int32_t second;
    friend std::ostream& operator<<(std::ostream& os, const order_case& c) { return os << c.name; }
};
class ComesBefore : public ::testing::TestWithParam<order_case> {};
TEST_P(ComesBefore, OrdersOneWayOnly) {
    EXPECT_TRUE(comes_before(GetParam().first, GetParam().second));
    EXPECT_FALSE(comes_before(GetParam().second, GetParam().first));
    EXPECT_FALSE(comes_before(GetParam().first, GetParam().first));
}
INSTANTIATE_TEST_SUITE_P(Table, ComesBefore,
                         ::testing::Values(order_case{"Neighbours", 0, 1}, order_case{"NineAndTen", 9, 10},
                                           order_case{"NineAndTenDigits", 999'999'999, 1'000'000'000},
                                           order_case{"OverTheEnd", largest, smallest},
                                           order_case{"AroundTheEnd", largest - 5, smallest + 5},
                                           order_case{"NegativeNeighbours", -5, -4},
                                           order_case{"OverZeroAgain", -1, 0},
                                           order_case{"HalfTheRange", 0, largest}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(HighWater, LeavesRoomBeforeTheEnd) {
    EXPECT_LT(sequence_high_water, largest);
    EXPECT_GT(largest - sequence_high_water,
              100'000);  // contenders that were created before anyone could see it
}

TEST(Uuid, HasCuratorsForm) {
    EXPECT_EQ(format_uuid({}), "00000000-0000-4000-8000-000000000000");
    std::array<std::uint8_t, 16> ones;
    ones.fill(0xff);
    EXPECT_EQ(format_uuid(ones), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    std::array<std::uint8_t, 16> counting{};
    for (std::size_t i = 0; i < counting.size(); ++i) counting[i] = static_cast<std::uint8_t>(i * 0x11);
    EXPECT_EQ(format_uuid(counting), "00112233-4455-4677-8899-aabbccddeeff");
}

TEST(Uuid, EveryRandomBitCounts) {
    std::set<std::string> seen{format_uuid({})};
    std::size_t fixed = 0;
    for (std::size_t bit = 0; bit < 128; ++bit) {
        std::array<std::uint8_t, 16> bits{};
        bits[bit / 8] = static_cast<std::uint8_t>(1u << (bit % 8));
        fixed += seen.insert(format_uuid(bits)).second ? 0 : 1;
    }
    EXPECT_EQ(fixed, 6u);  // four bits of version, two of variant
}

TEST(ProtectedPrefix, IsCurators) {
    EXPECT_EQ(protected_prefix(format_uuid({})), "_c_00000000-0000-4000-8000-000000000000-");
}

TEST(ProtectedPrefix, DoesNotDisturbTheSequence) {
    const auto name = protected_prefix(format_uuid({})) + "lock-0000000042";
    EXPECT_EQ(sequence_of(name, "lock-"), 42);
}

}  // namespace
}  // namespace paddock::detail
