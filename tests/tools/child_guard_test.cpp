// Commands that are started, or not, under a lock that is in danger. How they are ended is seen on real servers.
#include "tools/paddock/child_guard.hpp"

#include <optional>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "tools/paddock/exit_codes.hpp"

namespace paddock::tool {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

class fake_hold final : public hold {
public:
    fake_hold(lease_state state, milliseconds remaining) : state_(state), remaining_(remaining) {}
    [[nodiscard]] const char* name() const override { return "the lock"; }
    [[nodiscard]] lease_state state() const override { return state_; }
    [[nodiscard]] milliseconds remaining() const override { return remaining_; }
    [[nodiscard]] const char* why_lost() const override { return "the test says so"; }
    [[nodiscard]] subscription on_state_change(std::function<void(lease_state)>) override { return {}; }

private:
    lease_state state_;
    milliseconds remaining_;
};

constexpr kill_limits short_limits{1000ms, 100ms};

struct attempt {
    bool started = false;
    child_outcome outcome;
};

/// Of a command that ends with 7.
attempt run_under(lease_state state, milliseconds remaining) {
    boost::asio::io_context io;
    boost::asio::signal_set children(io, SIGCHLD);
    fake_hold held(state, remaining);
    std::optional<child_outcome> outcome;
    child_guard guard(io, held, short_limits, false, [&](child_outcome end) { outcome = end; });
    children.async_wait([&](const boost::system::error_code& ec, int signal) {
        if (!ec) guard.on_signal(signal);
    });
    child_setup setup;
    setup.command = {"sh", "-c", "exit 7"};
    guard.start(setup, process_state::current());
    const bool started = !outcome;
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!outcome && io.run_one_until(end) > 0) {
    }
    EXPECT_TRUE(outcome) << "it does not end";
    return {started, outcome.value_or(child_outcome())};
}

TEST(ChildGuard, CommandRunsWhileThereIsTime) {
    const attempt made = run_under(lease_state::held, 10s);
    EXPECT_TRUE(made.started);
    EXPECT_FALSE(made.outcome.lost);
    EXPECT_EQ(made.outcome.code, 7);
}

TEST(ChildGuard, CommandThatWouldHaveToEndAtOnceIsNotStarted) {
    const attempt lost = run_under(lease_state::lost, 10s);
    const attempt endangered = run_under(lease_state::suspect, 500ms);
    for (const attempt& made : {lost, endangered}) {
        EXPECT_FALSE(made.started);
        EXPECT_TRUE(made.outcome.lost);
        EXPECT_EQ(made.outcome.code, exit_code::lock_lost);
    }
}

}  // namespace
}  // namespace paddock::tool
