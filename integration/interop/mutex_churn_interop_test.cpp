#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "integration/interop/churn_fixture.hpp"
#include "integration/interop/our_process.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class MutexChurnInteropTest : public ChurnTest {
protected:
    [[nodiscard]] std::jthread start_ours(client& zk, const std::string& who) {
        return start(who, "mutex",
                     [lock = mutex(zk, path())]() mutable { return lock.try_acquire_for(long_wait); });
    }
};

TEST_F(MutexChurnInteropTest, CuratorAndOursNeverHoldTogether) {
    constexpr int rounds = 40;
    peer_process java1(curator());
    peer_process java2(curator());
    client zk1(steady());
    client zk2(steady());
    const std::vector<std::string> threads{"1", "2", "3"};
    for (const std::string& thread : threads) {
        start(java1, "java1." + thread, "mutex", rounds);
        start(java2, "java2." + thread, "mutex", rounds);
    }
    {
        const std::jthread ours1 = start_ours(zk1, "ours1.1");
        const std::jthread ours2 = start_ours(zk2, "ours2.1");
        for (const std::string& thread : threads) {
            EXPECT_EQ(java1.answer("java1." + thread, long_wait), "contended 40");
            EXPECT_EQ(java2.answer("java2." + thread, long_wait), "contended 40");
        }
    }
    const guard_verdict verdict = judge(guard_.events());
    EXPECT_THAT(verdict.overlaps, IsEmpty());
    EXPECT_EQ(sections("java1"), 3 * rounds);
    EXPECT_EQ(sections("java2"), 3 * rounds);
    EXPECT_GE(sections("ours1"), rounds / 2);  // the queue is fair: about as often as each of theirs
    EXPECT_GE(sections("ours2"), rounds / 2);
    EXPECT_GE(verdict.hand_overs, 100);
}

TEST_F(MutexChurnInteropTest, KilledHoldersOfEitherSideAreSucceeded) {
    peer_process java(curator());
    peer_process victim(curator(4s));
    client zk(steady());
    const std::jthread ours1 = start_ours(zk, "ours.1");
    const std::jthread ours2 = start_ours(zk, "ours.2");
    start(java, "java.1", "mutex", endless);
    start(java, "java.2", "mutex", endless);
    start(victim, "victim.1", "mutex", endless);  // these two stay behind in the queue
    start(victim, "victim.2", "mutex", endless);
    ASSERT_THAT(victim.ask("acquire victim.3 mutex " + path()), StartsWith("granted"));
    guard_.enter("victim.3", "mutex");
    guard_.doom("victim");
    victim.kill();

    our_process holder(work_.path(), servers_.connect_string(), path());  // its turn comes after the victim's
    guard_.enter("holder.1", "mutex");
    guard_.doom("holder");
    holder.kill();
    const int ours_before = sections("ours");
    const int java_before = sections("java");
    EXPECT_TRUE(eventually([&] { return sections("ours") >= ours_before + 20; }, long_wait));
    EXPECT_TRUE(eventually([&] { return sections("java") >= java_before + 20; }, long_wait));
    EXPECT_THAT(finish(java, "java.1"), StartsWith("contended "));
    EXPECT_THAT(finish(java, "java.2"), StartsWith("contended "));
    EXPECT_THAT(judge(guard_.events()).overlaps, IsEmpty());
}

}  // namespace
}  // namespace paddock::testing
