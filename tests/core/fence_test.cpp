#include <paddock/fence.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/refusal.hpp"

namespace paddock {
namespace {

using paddock::testing::refuses;

struct fence_case {
    const char* name;
    std::int64_t mark;
    std::vector<std::pair<std::int64_t, bool>> presented;  // token, accepted
    std::int64_t mark_afterwards;
    friend std::ostream& operator<<(std::ostream& os, const fence_case& c) { return os << c.name; }
};
class Fence : public ::testing::TestWithParam<fence_case> {};
TEST_P(Fence, AcceptsNothingOlderThanItHasSeen) {
    fence gate{fencing_token(GetParam().mark)};
    for (const auto& [token, accepted] : GetParam().presented)
        EXPECT_EQ(gate.accept(fencing_token(token)), accepted) << token;
    EXPECT_EQ(gate.mark().value(), GetParam().mark_afterwards);
}
TEST_P(Fence, RunsTheEffectOfAcceptedTokensOnly) {
    fence gate{fencing_token(GetParam().mark)};
    for (const auto& [token, accepted] : GetParam().presented) {
        bool ran = false;
        EXPECT_EQ(gate.run(fencing_token(token), [&] { ran = true; }), accepted) << token;
        EXPECT_EQ(ran, accepted) << token;
    }
    EXPECT_EQ(gate.mark().value(), GetParam().mark_afterwards);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Fence,
    ::testing::Values(fence_case{"Rising", 0, {{1, true}, {2, true}, {9, true}}, 9},
                      fence_case{"SameHolderAgain", 0, {{5, true}, {5, true}}, 5},
                      fence_case{"ReplacedHolder", 0, {{5, true}, {6, true}, {5, false}, {6, true}}, 6},
                      fence_case{"StoredMark", 100, {{99, false}, {100, true}}, 100},
                      fence_case{"RefusalDoesNotLowerIt", 7, {{1, false}, {6, false}}, 7},
                      fence_case{"NoTokenAgainstAFreshFence", 0, {{0, true}}, 0}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(FenceRun, KeepsTheMarkWhenTheEffectThrows) {
    fence gate;
    EXPECT_THROW(gate.run(fencing_token(5), [] { throw std::runtime_error("disk full"); }),
                 std::runtime_error);
    EXPECT_EQ(gate.mark(), fencing_token(5));
    EXPECT_FALSE(gate.accept(fencing_token(4)));
    EXPECT_TRUE(gate.accept(fencing_token(5)));
}

TEST(FenceRun, RefusesAnEmptyEffect) {
    fence gate;
    EXPECT_TRUE(refuses([&] { gate.run(fencing_token(5), nullptr); }, errc::invalid_argument,
                        {"fence::run", "effect"}));
    EXPECT_EQ(gate.mark(), fencing_token());
}

TEST(FenceThreads, AcceptInTokenOrder) {
    fence gate;
    std::vector<std::int64_t> order;  // guarded by the fence
    std::vector<std::thread> threads;
    std::atomic<std::int64_t> next = 0;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 2'000; ++round) {
                const auto token = ++next;
                gate.run(fencing_token(token), [&] { order.push_back(token); });
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    EXPECT_EQ(gate.mark().value(), 8'000);
}

}  // namespace
}  // namespace paddock
