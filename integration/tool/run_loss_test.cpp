#include <csignal>
#include <cstdlib>

#include "integration/support/fault_proxy.hpp"
#include "integration/tool/tool_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// The tool reaches the server through a proxy; the test looks directly.
class ToolLoss : public ToolTest {
protected:
    ToolLoss() : proxy_(zk_.server(0).host(), zk_.server(0).port()) { servers_ = proxy_.address(); }

    /// Whether the command, while it is watched until its end, never outlives the node. Asks for the node first:
    /// a command that is alive afterwards was alive without it.
    [[nodiscard]] bool dies_before(const std::string& node, pid_t command) {
        raw_client observer = zk_.connect();
        bool outlived = false;
        const bool ended = eventually(
            [&] {
                const bool gone = observer.exists(node) == no_node;
                const bool alive = is_alive(command);
                outlived = outlived || (gone && alive);
                return !alive;
            },
            30s);
        EXPECT_TRUE(ended);
        EXPECT_EQ(observer.exists(node), ok)
            << "the session ended before we could see the end of the command";
        return ended && !outlived;
    }

    [[nodiscard]] std::string only_node() { return path_ + "/" + nodes().at(0); }

    fault_proxy proxy_;
};

TEST_F(ToolLoss, SilentServerEndsTheCommandBeforeTheSessionCanExpire) {
    tool_process tool(dir_.path(), run_words({"--session-timeout", "4s", "--kill-after", "500ms"}, stubborn));
    const pid_t command = command_pid(tool);
    const std::string node = only_node();
    proxy_.stall();
    EXPECT_TRUE(dies_before(node, command));
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_NE(tool.out().find("got TERM"), std::string::npos) << tool.out();
    proxy_.resume();
}

TEST_F(ToolLoss, LostConnectionsEndTheCommandBeforeTheSessionCanExpire) {
    tool_process tool(dir_.path(), run_words({"--session-timeout", "4s", "--kill-after", "500ms"}, stubborn));
    const pid_t command = command_pid(tool);
    const std::string node = only_node();
    proxy_.block();
    proxy_.cut_all();
    EXPECT_TRUE(dies_before(node, command));
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_NE(tool.out().find("got TERM"), std::string::npos) << tool.out();
}

/// Ends when it gets SIGTERM, and tells so.
const words orderly = {"sh", "-c",
                       "trap 'echo cleaned up; exit 0' TERM; echo pid $$; while :; do sleep 1 & wait; done"};

TEST_F(ToolLoss, CommandThatHeedsTermEndsInGoodOrder) {
    tool_process tool(dir_.path(), run_words({"--session-timeout", "4s", "--kill-after", "1s"}, orderly));
    const pid_t pid = command_pid(tool);
    const std::string node = only_node();
    proxy_.stall();
    EXPECT_TRUE(dies_before(node, pid));
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_NE(tool.out().find("cleaned up"), std::string::npos);
    EXPECT_EQ(tool.err().find("SIGKILL"), std::string::npos) << tool.err();
}

TEST_F(ToolLoss, WholeGroupIsKilled) {
    const words command = {"sh", "-c", "tail -f /dev/null & echo pid $!; trap '' TERM; wait"};
    tool_process tool(dir_.path(), run_words({"--session-timeout", "4s", "--kill-after", "500ms"}, command));
    const pid_t grandchild = command_pid(tool);
    proxy_.block();
    proxy_.cut_all();
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_FALSE(is_alive(grandchild));
}

TEST_F(ToolLoss, WhatTheCommandLeavesBehindIsKilledWithIt) {
    const words command = {"sh", "-c",
                           "(trap '' TERM; exec tail -f /dev/null) & echo pid $!; trap 'exit 0' TERM; wait"};
    tool_process tool(dir_.path(), run_words({"--session-timeout", "6s", "--kill-after", "1900ms"}, command));
    const pid_t grandchild = command_pid(tool);
    proxy_.block();
    proxy_.cut_all();
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_TRUE(eventually([&] { return !is_alive(grandchild); }, 1s));  // it would run on for ever
    EXPECT_EQ(tool.err().find("SIGKILL"), std::string::npos) << tool.err();
}

TEST_F(ToolLoss, HealingInTimeDisturbsNothing) {
    const std::string end = dir_.path() / "end";
    const words command = {
        "sh", "-c",
        "trap 'echo got TERM' TERM; echo pid $$; until [ -e " + end + " ]; do sleep 0.05; done; exit 5"};
    tool_process tool(dir_.path(), run_words({"--session-timeout", "10s", "-v"}, command));
    command_pid(tool);
    const std::string token = client_.get(only_node()).data;
    proxy_.block();
    proxy_.cut_all();
    ASSERT_TRUE(tool.says("out of contact")) << tool.err();
    proxy_.unblock();
    ASSERT_TRUE(tool.says("in contact again")) << tool.err();
    EXPECT_EQ(client_.get(only_node()).data, token);
    ASSERT_EQ(std::system(("touch " + end).c_str()), 0);
    EXPECT_EQ(tool.wait(), 5);
    EXPECT_EQ(tool.out().find("got TERM"), std::string::npos);
}

TEST_F(ToolLoss, HealingAfterTermIsTooLate) {
    tool_process tool(dir_.path(),
                      run_words({"--session-timeout", "6s", "--kill-after", "1500ms"}, stubborn));
    command_pid(tool);
    proxy_.block();
    proxy_.cut_all();
    ASSERT_TRUE(tool.says("got TERM"));
    proxy_.unblock();
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_TRUE(nodes().empty());  // released in good order: the session had lived on
}

TEST_F(ToolLoss, DeletedNodeKillsAtOnce) {
    tool_process tool(dir_.path(), run_words({"--session-timeout", "10s"}, stubborn));
    const pid_t command = command_pid(tool);
    const auto deleted = steady_clock::now();
    EXPECT_EQ(client_.remove(only_node()), ok);
    EXPECT_TRUE(eventually([&] { return !is_alive(command); }));
    EXPECT_LT(steady_clock::now() - deleted, 2s);
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_EQ(tool.out().find("got TERM"), std::string::npos);
    EXPECT_NE(tool.err().find("deleted"), std::string::npos) << tool.err();
}

TEST_F(ToolLoss, ThawedToolKillsACommandThatRanOnWithoutTheLock) {
    tool_process tool(dir_.path(), run_words({"--session-timeout", "1s"}, stubborn));
    const pid_t command = command_pid(tool);
    tool.freeze();
    ASSERT_TRUE(eventually([&] { return zk_.connect().children(path_).empty(); }, 20s));
    EXPECT_TRUE(is_alive(command));
    tool.thaw();
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_FALSE(is_alive(command));
    EXPECT_EQ(tool.out().find("got TERM"), std::string::npos);
}

TEST_F(ToolLoss, CommandThatEndsAfterTheLossIsReportedAsLost) {
    const std::string end = dir_.path() / "end";
    const words command = {"sh", "-c", "echo pid $$; until [ -e " + end + " ]; do sleep 0.05; done; exit 0"};
    tool_process tool(dir_.path(), run_words({"--session-timeout", "1s"}, command));
    const pid_t pid = command_pid(tool);
    tool.freeze();
    ASSERT_TRUE(eventually([&] { return zk_.connect().children(path_).empty(); }, 20s));
    ASSERT_EQ(std::system(("touch " + end).c_str()), 0);
    ASSERT_TRUE(eventually([&] { return !is_alive(pid); }));
    tool.thaw();
    EXPECT_EQ(tool.wait(), 76);
}

TEST_F(ToolLoss, StoppedCommandIsContinuedToEndInGoodOrder) {
    tool_process tool(dir_.path(), run_words({"--session-timeout", "4s", "--kill-after", "1s"}, orderly));
    const pid_t command = command_pid(tool);
    const std::string node = only_node();
    signal_process(command, SIGSTOP);
    proxy_.stall();
    EXPECT_TRUE(dies_before(node, command));
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_NE(tool.out().find("cleaned up"), std::string::npos);
}

// Nobody reads what it writes (Ctrl-S, a stalled pipe): the library's log must not hold up the thread that keeps the lock.
TEST_F(ToolLoss, StalledStandardErrorCostsNothing) {
    tool_options nobody_reads;
    nobody_reads.environment = {"GLOG_logtostderr=1", "GLOG_alsologtostderr=1"};
    nobody_reads.before =
        R"(mkfifo "$0.err"; exec 3<>"$0.err"; dd if=/dev/zero bs=65536 count=1 >&3 2>/dev/null)";
    tool_process tool(dir_.path(), run_words({"--session-timeout", "4s"}, idle), nobody_reads);
    (void)command_pid(tool);
    for (int outage = 0; outage < 3; ++outage) {
        proxy_.clear_trace();
        ASSERT_GT(proxy_.cut_all(), 0u);
        ASSERT_TRUE(eventually([&] { return proxy_.connections() > 0 && !proxy_.trace().empty(); }));
    }
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait(10s), 128 + SIGTERM);
}

}  // namespace
}  // namespace paddock::testing
