#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "integration/interop/interop_fixture.hpp"
#include "integration/interop/our_process.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::IsEmpty;

class MutexChurnInteropTest : public InteropTest {
protected:
    /// `threads` of a peer called `process`, as ids "<process>.1" and so on.
    void start(peer_process& peer, const std::string& process, int threads, int rounds) {
        for (int i = 1; i <= threads; ++i) {
            peer.send("contend " + process + "." + std::to_string(i) + " mutex " + path() + " " +
                      std::to_string(rounds) + " 1 " + guard_.file().string());
        }
    }
    /// One of ours, until it is destroyed.
    std::jthread start(client& zk, const std::string& who) {
        return std::jthread([this, who, lock = mutex(zk, path())](const std::stop_token& enough) mutable {
            contend(
                guard_, who, "mutex", [&] { return lock.try_acquire_for(60s); }, enough);
        });
    }
    /// Sections entered so far by the ids of `process`.
    int sections(const std::string& process) const {
        int count = 0;
        for (const auto& [who, times] : judge(guard_.events()).sections) {
            if (who.starts_with(process + ".")) count += times;
        }
        return count;
    }
};

TEST_F(MutexChurnInteropTest, CuratorAndOursNeverHoldTogether) {
    constexpr int rounds = 50;
    peer_process java1(curator());
    peer_process java2(curator());
    client zk1(options());
    client zk2(options());
    start(java1, "java1", 3, rounds);
    start(java2, "java2", 3, rounds);
    {
        const std::jthread ours1 = start(zk1, "ours1.1");
        const std::jthread ours2 = start(zk2, "ours2.1");
        for (const std::string thread : {"1", "2", "3"}) {
            EXPECT_EQ(java1.answer("java1." + thread, 60s), "contended 50");
            EXPECT_EQ(java2.answer("java2." + thread, 60s), "contended 50");
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
    constexpr int endless = 1'000'000;
    peer_process java(curator());
    peer_process victim(curator(4s));
    client zk(options());
    const std::jthread ours1 = start(zk, "ours.1");
    const std::jthread ours2 = start(zk, "ours.2");
    start(java, "java", 2, endless);
    start(victim, "victim", 2, endless);  // these two stay behind in the queue
    ASSERT_TRUE(victim.ask("acquire victim.3 mutex " + path()).starts_with("granted"));
    guard_.enter("victim.3", "mutex");
    guard_.doom("victim");
    victim.kill();

    our_process holder(work_.path(), servers_.connect_string(), path());  // its turn comes after the victim's
    guard_.enter("holder.1", "mutex");
    guard_.doom("holder");
    holder.kill();
    const int ours_before = sections("ours");
    const int java_before = sections("java");
    EXPECT_TRUE(eventually([&] { return sections("ours") >= ours_before + 20; }, 30s));
    EXPECT_TRUE(eventually([&] { return sections("java") >= java_before + 20; }, 30s));
    java.send("enough java.1");
    java.send("enough java.2");
    EXPECT_TRUE(java.answer("java.1").starts_with("contended"));
    EXPECT_TRUE(java.answer("java.2").starts_with("contended"));
    EXPECT_THAT(judge(guard_.events()).overlaps, IsEmpty());
}

}  // namespace
}  // namespace paddock::testing
