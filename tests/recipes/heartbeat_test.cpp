// What a session sends by itself: heartbeats while idle, quorum checks while it holds, nudges for overdue answers.
#include <tuple>

#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

class Heartbeat : public CoreTest {
protected:
    /// The longest time between two requests of a kind in `exchanges`, from `begin` to now.
    std::chrono::nanoseconds longest_gap(handle_number who, detail::boot_time begin,
                                         std::optional<request_kind> kind = {}) const {
        std::chrono::nanoseconds longest{0};
        detail::boot_time last = begin;
        for (const exchange& one : ensemble.exchanges(who)) {
            if (one.sent < begin || (kind && one.kind != *kind)) continue;
            longest = std::max<std::chrono::nanoseconds>(longest, one.sent - last);
            last = one.sent;
        }
        return std::max<std::chrono::nanoseconds>(longest, world.now() - last);
    }
    static constexpr auto quarter = 750ms;
};

TEST_F(Heartbeat, IdleClientSendsOneReadAQuarterOfTheTimeout) {
    core_client& one = connected_client();
    const auto begin = world.now();
    world.advance(30s);
    EXPECT_LE(longest_gap(one.number(), begin), quarter);
    EXPECT_EQ(ensemble.requests(request_kind::exists), 40u);
    EXPECT_EQ(ensemble.requests(request_kind::multi), 0u);
    EXPECT_EQ(one.stats().heartbeats, 40u);
    EXPECT_EQ(one.stats().nudges, 0u);
}

TEST_F(Heartbeat, HolderChecksThroughTheQuorum) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    const auto begin = world.now();
    world.advance(30s);
    EXPECT_LE(longest_gap(one.number(), begin, request_kind::multi), quarter);
    EXPECT_GE(ensemble.requests(request_kind::multi), 39u);
    EXPECT_LE(ensemble.requests(request_kind::multi), 41u) << "one a period, not more";
    EXPECT_EQ(got->result.state(), lease_state::held);
}

TEST_F(Heartbeat, SeveralLeasesShareOneCheck) {
    core_client& one = connected_client();
    std::vector<attempt> held;
    for (const char* path : {"/locks/a", "/locks/b", "/locks/c"}) held.push_back(hold(one, path));
    const auto before = ensemble.requests(request_kind::multi);
    world.advance(30s);
    EXPECT_LE(ensemble.requests(request_kind::multi) - before, 41u);
    for (const attempt& got : held) EXPECT_EQ(got->result.state(), lease_state::held);
}

TEST_F(Heartbeat, IntervalIsHonoured) {
    client_options options = three_seconds();
    options.heartbeat_interval = 300ms;
    core_client& one = connected_client(options);
    const attempt got = hold(one);
    const auto begin = world.now();
    world.advance(30s);
    EXPECT_LE(longest_gap(one.number(), begin, request_kind::multi), 300ms);
    EXPECT_LE(ensemble.requests(request_kind::multi), 101u);
    EXPECT_GE(got->result.remaining(), 3000ms * 3 / 4 - 2 * 300ms - 5ms);
}

TEST_F(Heartbeat, WithoutLeaseChecksOnlyReadsAreSent) {
    client_options options = three_seconds();
    options.lease_heartbeat = false;
    core_client& one = connected_client(options);
    const attempt got = hold(one);
    const auto begin = world.now();
    world.advance(30s);
    EXPECT_EQ(ensemble.requests(request_kind::multi), 0u);
    EXPECT_LE(longest_gap(one.number(), begin), quarter);
    EXPECT_EQ(got->result.state(), lease_state::held);
    EXPECT_EQ(got->result.remaining(), 0ms) << "nothing is proved through the quorum";
}

TEST_F(Heartbeat, ChecksAreOnlyMadeWhileSomethingIsHeld) {
    core_client& one = connected_client();
    const attempt got = hold(one);
    world.advance(3s);
    got->result = lease();
    world.advance(10ms);
    const auto before = ensemble.requests(request_kind::multi);
    world.advance(10s);
    EXPECT_EQ(ensemble.requests(request_kind::multi), before);
}

TEST_F(Heartbeat, NegotiatedTimeoutSetsThePace) {
    ensemble.options().max_timeout = 1s;
    core_client& one = connected_client();
    EXPECT_EQ(one.core->snapshot().timeout, 1s);
    const auto begin = world.now();
    world.advance(10s);
    EXPECT_LE(longest_gap(one.number(), begin), 250ms);
}

// No server means that (hazard E15): the session is given up, and the next one may be sound.
TEST_F(Heartbeat, NegotiatedNonsenseIsNoSession) {
    auto& options = ensemble.options();
    const auto sound = std::pair(options.min_timeout, options.max_timeout);
    for (const auto nonsense : {25h, 600h}) {
        options.min_timeout = options.max_timeout = nonsense;
        core_client& one = add_client();
        EXPECT_FALSE(run_until([&] { return one.state() == session_state::connected; }, 1s));
        const attempt got = acquire(one);
        std::tie(options.min_timeout, options.max_timeout) = sound;
        ASSERT_TRUE(run_until_done(got));
        EXPECT_TRUE(got->granted());
        EXPECT_EQ(one.core->snapshot().timeout, 3s);
        got->result = lease();
    }
}

TEST_F(Heartbeat, BusyWaiterNeedsNoExtraReads) {
    core_client& one = connected_client();
    for (int i = 0; i < 100; ++i) {
        hold(one)->result = lease();
        world.advance(100ms);
    }
    EXPECT_EQ(ensemble.requests(request_kind::exists), 0u);
}

TEST_F(Heartbeat, OverdueAnswerIsNudged) {
    core_client& one = connected_client();
    world.advance(5s);
    ensemble.stall(true, one.number());
    const attempt got = acquire(one);
    world.advance(1s);
    const auto nudged = one.stats().nudges;
    EXPECT_GE(nudged, 1u);
    EXPECT_LE(nudged, 8u) << "an eighth of a second apart, a 24th of the timeout";
    ensemble.stall(false, one.number());
    ASSERT_TRUE(run_until_done(got));
    EXPECT_TRUE(got->granted());
    const auto settled = one.stats().nudges;
    world.advance(5s);
    EXPECT_EQ(one.stats().nudges, settled);
}

}  // namespace
}  // namespace paddock::testing
