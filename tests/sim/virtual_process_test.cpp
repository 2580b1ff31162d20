// What can happen to a simulated process and to its clocks.
#include "tests/sim/virtual_process.hpp"

#include <boost/asio/post.hpp>

#include "tests/support/seam_fixture.hpp"

namespace paddock::testing {
namespace {

class VirtualProcess : public SeamTest {
protected:
    std::unique_ptr<seam_user> connected_from(virtual_process& process,
                                              std::chrono::milliseconds timeout = 3s) {
        auto made = std::make_unique<seam_user>(process, timeout);
        world.run_until([&] { return made->session != 0; }, 1s);
        made->log.clear();
        return made;
    }
    static std::string ended() { return "ended " + make_error_code(errc::session_expired).message(); }
};

TEST_F(VirtualProcess, ClockOfItsOwnIsFastOrSlow) {
    virtual_process fast(world, 10'000);
    virtual_process slow(world, -10'000);
    const auto start = world.now();
    const auto fast_start = fast.now();
    const auto slow_start = slow.now();
    std::vector<std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds>> moments;
    const auto a = fast.call_at(fast_start + 101s,
                                [&] { moments.emplace_back(world.now() - start, fast.now() - fast_start); });
    const auto b = slow.call_at(slow_start + 99s,
                                [&] { moments.emplace_back(world.now() - start, slow.now() - slow_start); });
    world.advance(100s);
    ASSERT_EQ(moments.size(), 2u);
    EXPECT_EQ(moments[0], (std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds>(100s, 101s)));
    EXPECT_EQ(moments[1], (std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds>(100s, 99s)));
}

TEST_F(VirtualProcess, NoCallComesBeforeItsClockShowsTheTime) {
    virtual_process odd(world, 7'777);
    for (int i = 1; i <= 200; ++i) {
        const auto due = odd.now() + std::chrono::nanoseconds(i * 1'000'003);
        bool ran = false;
        const auto call = odd.call_at(due, [&] {
            ran = true;
            ASSERT_GE(odd.now(), due);
            ASSERT_LE(odd.now() - due, 2ns);
        });
        world.advance(1s);
        ASSERT_TRUE(ran);
    }
}

TEST_F(VirtualProcess, ChangeOfRateMovesWhatIsPlanned) {
    virtual_process process(world);
    const auto start = world.now();
    std::optional<detail::boot_time> ran;
    const auto call = process.call_at(start + 20s, [&] { ran = world.now(); });
    world.advance(10s);
    process.drift(-500'000);
    world.advance(1h);
    EXPECT_EQ(*ran - start, 30s);
}

TEST_F(VirtualProcess, PausedMachineDoesNotSeeTheTimePass) {
    virtual_process process(world);
    const auto start = process.now();
    std::optional<detail::boot_time> ran;
    const auto call = process.call_at(start + 3s, [&] { ran = world.now(); });
    const auto never = process.call_at(detail::boot_time::max(), [] {});
    world.advance(1s);
    process.pause();
    process.pause();
    world.advance(1h);
    EXPECT_FALSE(ran);
    EXPECT_EQ(process.now() - start, 1s);
    process.unpause();
    world.advance(1999ms);
    EXPECT_FALSE(ran);
    world.advance(1ms);
    EXPECT_EQ(*ran - start, 1h + 3s);
    EXPECT_EQ(process.now() - start, 3s);
    EXPECT_FALSE(world.step()) << "the end of time never comes";
}

TEST_F(VirtualProcess, SuspendedMachineSeesTheTimeThatHasPassed) {
    virtual_process process(world);
    const auto start = process.now();
    int ran = 0;
    const auto call = process.call_at(start + 1s, [&] { ++ran; });
    process.suspend();
    world.advance(10s);
    EXPECT_EQ(ran, 0);
    EXPECT_EQ(process.now() - start, 10s);
    EXPECT_EQ(process.awake(), start);
    process.resume();
    world.advance(1s);
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(process.awake() - start, 1s);
}

TEST_F(VirtualProcess, WhatStoppedItIsUndoneByItsOwnCounterpart) {
    virtual_process process(world);
    int ran = 0;
    process.freeze();
    process.suspend();
    process.pause();
    boost::asio::post(process.executor(), [&] { ++ran; });
    process.unpause();
    world.settle();
    process.thaw();
    world.settle();
    EXPECT_EQ(ran, 0);
    process.resume();
    world.settle();
    EXPECT_EQ(ran, 1);
}

TEST_F(VirtualProcess, PausedClientDoesNotNoticeItsExpiry) {
    virtual_process process(world);
    const auto user = connected_from(process);
    user->create("/e", create_mode::ephemeral);
    world.advance(2ms);
    user->news();
    process.pause();
    world.advance(10s);
    EXPECT_FALSE(ensemble.node("/e"));
    process.unpause();
    world.settle();
    EXPECT_TRUE(user->news().empty()) << "by its clocks nothing has happened";
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"disconnected", ended()}));
}

// Hazard C18: after a suspend the C client believes that no time has passed, and goes on with its pings.
TEST_F(VirtualProcess, SuspendedClientKeepsItsConnection) {
    virtual_process process(world);
    const auto user = connected_from(process, 30s);
    process.suspend();
    world.advance(21s);
    process.resume();
    world.advance(8s);
    EXPECT_TRUE(user->news().empty());
    EXPECT_EQ(ensemble.requests(request_kind::ping), 0u);
    world.advance(2s);
    EXPECT_EQ(user->news(), (lines{"disconnected", ended()})) << "its first ping would have been too late";

    const auto frozen = connected_from(process, 30s);
    process.freeze();
    world.advance(21s);
    process.thaw();
    world.settle();
    EXPECT_EQ(frozen->news(), lines{"disconnected"}) << "a frozen one knows";
}

// It reads its socket before it judges how long the server has been silent, as the C client does.
TEST_F(VirtualProcess, FrozenClientReadsWhatHasComeBeforeItGivesUp) {
    virtual_process process(world);
    const auto user = connected_from(process, 3s);
    user->create("/a");
    user->get("/a", true);
    world.advance(2ms);
    user->news();
    process.freeze();
    world.advance(2500ms);  // past the limit for silence
    ASSERT_FALSE(ensemble.set_by_operator("/a", "x"));
    world.advance(100ms);
    process.thaw();
    world.advance(10s);
    EXPECT_EQ(user->news(), lines{"changed /a"});
}

TEST_F(VirtualProcess, KilledProcessVanishes) {
    auto process = std::make_unique<virtual_process>(world);
    const auto user = connected_from(*process);
    user->create("/e", create_mode::ephemeral);
    process->kill();
    EXPECT_EQ(process->state(), virtual_host::condition::killed);
    boost::asio::post(process->executor(), [&] { user->log.emplace_back("never"); });
    EXPECT_FALSE(process->call_at(process->now(), [] {}));
    world.advance(2ms);
    EXPECT_TRUE(ensemble.node("/e")) << "what it had sent has arrived";
    EXPECT_EQ(ensemble.connections(), 0u) << "the servers have seen the end of its connection";
    world.advance(2990ms);
    EXPECT_TRUE(ensemble.node("/e"));
    world.advance(20ms);
    EXPECT_FALSE(ensemble.node("/e")) << "its session lives until it expires";
    EXPECT_TRUE(ensemble.sessions().empty());
    EXPECT_EQ(ensemble.requests(request_kind::close), 0u);
    EXPECT_TRUE(user->log.empty());
    EXPECT_EQ(world.scheduled_calls(), 0u);
}

TEST_F(VirtualProcess, KilledProcessLeavesTheOthersAlone) {
    virtual_process first(world);
    virtual_process second(world);
    const auto one = connected_from(first);
    const auto two = connected_from(second);
    const auto call = first.call_at(first.now() + 1s, [&] { one->log.emplace_back("never"); });
    first.kill();
    two->create("/a");
    world.advance(10s);
    EXPECT_EQ(two->news(), lines{"create ok /a"});
    EXPECT_TRUE(one->news().empty());
    EXPECT_EQ(ensemble.sessions(), std::vector<std::int64_t>{two->session});
}

}  // namespace
}  // namespace paddock::testing
