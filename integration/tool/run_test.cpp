#include <csignal>
#include <cstdlib>
#include <iomanip>
#include <sstream>

#include "integration/support/port_reservation.hpp"
#include "integration/tool/tool_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

class ToolRun : public ToolTest {};

TEST_F(ToolRun, EndsWithTheCodeOfTheCommand) {
    EXPECT_EQ(run({}, {"true"}), 0);
    EXPECT_EQ(run({}, {"sh", "-c", "exit 3"}), 3);
    EXPECT_EQ(run({}, {"sh", "-c", "exit 255"}), 255);
}

TEST_F(ToolRun, EndsWith128AndTheSignalThatEndedTheCommand) {
    EXPECT_EQ(run({}, {"sh", "-c", "kill -TERM $$"}), 128 + SIGTERM);
    EXPECT_EQ(run({}, {"sh", "-c", "kill -KILL $$"}), 128 + SIGKILL);
}

TEST_F(ToolRun, TellsACommandThatIsNotThereFromOneThatCannotRun) {
    tool_process missing(dir_.path(), run_words({}, {"no-such-command-here"}));
    EXPECT_EQ(missing.wait(), 127);
    EXPECT_NE(missing.err().find("'no-such-command-here'"), std::string::npos) << missing.err();
    EXPECT_EQ(run({}, {"/no/such/file"}), 127);
    EXPECT_EQ(run({}, {"/"}), 126);
    EXPECT_EQ(run({}, {"/etc/passwd"}), 126);
}

TEST_F(ToolRun, HoldsTheLockWhileTheCommandRunsAndReleasesItAtOnce) {
    tool_process tool(dir_.path(), run_words({}, {"sh", "-c", "echo in; read line"}), {.input = "/dev/null"});
    EXPECT_EQ(tool.wait(), 1);  // read fails at the end of the input
    EXPECT_TRUE(nodes().empty());
    tool_process holder(dir_.path(), run_words({}, idle));
    command_pid(holder);
    EXPECT_EQ(nodes().size(), 1u);
    holder.signal(SIGTERM);
    EXPECT_EQ(holder.wait(), 128 + SIGTERM);
    EXPECT_TRUE(nodes().empty());
}

TEST_F(ToolRun, HandsOverInOrder) {
    const std::string log = dir_.path() / "log";
    occupy();
    tool_process first(dir_.path(), run_words({}, {"sh", "-c", "echo first >>" + log}));
    ASSERT_TRUE(has_nodes(2));
    tool_process second(dir_.path(), run_words({}, {"sh", "-c", "echo second >>" + log}));
    ASSERT_TRUE(has_nodes(3));
    leave();
    EXPECT_EQ(first.wait(), 0);
    EXPECT_EQ(second.wait(), 0);
    EXPECT_EQ(content_of(log), "first\nsecond\n");
}

TEST_F(ToolRun, TellsTheCommandTokenLockAndSession) {
    tool_process tool(
        dir_.path(),
        run_words({}, {"sh", "-c",
                       "echo pid $$ $PADDOCK_TOKEN $PADDOCK_LOCK $PADDOCK_SESSION; exec tail -f /dev/null"}));
    command_pid(tool);
    const raw_stat stat = client_.get(path_ + "/" + nodes().at(0)).stat;
    std::ostringstream expected;
    expected << std::hex << std::setfill('0') << std::setw(16) << stat.czxid << " " << path_ << " 0x"
             << stat.ephemeral_owner << "\n";
    EXPECT_NE(tool.out().find(expected.str()), std::string::npos) << tool.out() << expected.str();
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait(), 128 + SIGTERM);
}

TEST_F(ToolRun, ReplacesWhatTheEnvironmentHadInTheirPlace) {
    tool_process tool(dir_.path(), run_words({}, {"env"}),
                      {.environment = {"PADDOCK_TOKEN=stale", "KEPT=kept"}});
    EXPECT_EQ(tool.wait(), 0);
    EXPECT_NE(tool.out().find("PADDOCK_TOKEN="), std::string::npos);
    EXPECT_EQ(tool.out().find("stale"), std::string::npos) << tool.out();
    EXPECT_NE(tool.out().find("KEPT=kept"), std::string::npos);
}

TEST_F(ToolRun, GivesTheCommandItsStandardInput) {
    const std::string input = dir_.path() / "input";
    ASSERT_EQ(std::system(("echo from the file >" + input).c_str()), 0);
    tool_process tool(dir_.path(), run_words({}, {"cat"}), {.input = input});
    EXPECT_EQ(tool.wait(), 0);
    EXPECT_EQ(tool.out(), "from the file\n");
}

TEST_F(ToolRun, GivesTheCommandTheDescriptorsItWasGivenAndNoOthers) {
    tool_process tool(dir_.path(), run_words({}, {"sh", "-c", "cd /proc/self/fd; echo *"}),
                      {.before = "exec 3>&- 7</dev/null 9</dev/null"});
    EXPECT_EQ(tool.wait(), 0);
    EXPECT_EQ(tool.out(), "0 1 2 3 7 9\n");  // 3 is the shell's own
}

TEST_F(ToolRun, CommandHasAProcessGroupOfItsOwn) {
    tool_process tool(dir_.path(), run_words({}, idle));
    const pid_t command = command_pid(tool);
    EXPECT_EQ(group_of(command), command);
    EXPECT_NE(group_of(tool.pid()), command);
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait(), 128 + SIGTERM);
}

TEST_F(ToolRun, ForwardsSignals) {
    tool_process tool(dir_.path(), run_words({}, stubborn));
    const pid_t command = command_pid(tool);
    const std::vector<std::pair<int, std::string>> forwarded = {
        {SIGHUP, "HUP"},   {SIGINT, "INT"},   {SIGQUIT, "QUIT"},   {SIGTERM, "TERM"}, {SIGUSR1, "USR1"},
        {SIGUSR2, "USR2"}, {SIGCONT, "CONT"}, {SIGWINCH, "WINCH"}, {SIGTSTP, "TSTP"}};
    for (const auto& [number, name] : forwarded) {
        tool.signal(number);
        EXPECT_TRUE(tool.says("got " + name)) << name;
    }
    EXPECT_TRUE(tool.running());
    signal_process(command, SIGKILL);
    EXPECT_EQ(tool.wait(), 128 + SIGKILL);
}

TEST_F(ToolRun, SignalThatWasIgnoredFromTheStartStaysIgnored) {
    const std::string foreign = occupy();
    tool_process tool(dir_.path(), run_words({}, idle), {.before = "trap '' HUP"});
    ASSERT_TRUE(has_nodes(2));
    tool.signal(SIGHUP);  // does not end the wait
    EXPECT_EQ(client_.remove(foreign), ok);
    const pid_t command = command_pid(tool);
    signal_process(command, SIGHUP);  // nor the command
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait(), 128 + SIGTERM);
}

TEST_F(ToolRun, CommandStartsWithDefaultSignals) {
    tool_process tool(dir_.path(), run_words({}, {"cat", "/proc/self/status"}));
    EXPECT_EQ(tool.wait(), 0);
    for (const char* none :
         {"SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000", "SigCgt:\t0000000000000000"})
        EXPECT_NE(tool.out().find(none), std::string::npos) << none << " is not in\n" << tool.out();
}

TEST_F(ToolRun, DiesWithItsCommandWhenKilled) {
    tool_process tool(dir_.path(), run_words({"--session-timeout", "1s"}, idle));
    const pid_t command = command_pid(tool);
    tool.kill();
    EXPECT_TRUE(eventually([&] { return !is_alive(command); }));
}

TEST_F(ToolRun, TryDoesNotWait) {
    occupy();
    tool_process tool(dir_.path(), run_words({"--try"}, {"echo", "ran"}));
    EXPECT_EQ(tool.wait(), 75);
    EXPECT_EQ(tool.out(), "");
    EXPECT_NE(tool.err().find(path_), std::string::npos) << tool.err();
    EXPECT_EQ(nodes().size(), 1u);
    leave();
    EXPECT_EQ(run({"--try"}, {"true"}), 0);
}

TEST_F(ToolRun, TimeoutEndsTheWait) {
    occupy();
    tool_process tool(dir_.path(), run_words({"--timeout", "700ms"}, {"echo", "ran"}));
    EXPECT_EQ(tool.wait(), 75);
    EXPECT_EQ(tool.out(), "");
    EXPECT_EQ(nodes().size(), 1u);
    leave();
    EXPECT_EQ(run({"--timeout", "10s"}, {"true"}), 0);
}

TEST_F(ToolRun, TellsUnreachableServersFromOthersInTheQueue) {
    const port_reservation nobody("127.0.0.1");
    servers_ = "127.0.0.1:" + std::to_string(nobody.port());
    EXPECT_EQ(run({"--timeout", "500ms"}, {"true"}), 69);
    EXPECT_EQ(run({"--try", "--session-timeout", "500ms"}, {"true"}), 69);
}

TEST_F(ToolRun, SignalWhileWaitingLeavesNoNode) {
    occupy();
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        tool_process tool(dir_.path(), run_words({}, {"echo", "ran"}));
        ASSERT_TRUE(has_nodes(2));
        tool.signal(number);
        EXPECT_EQ(tool.wait(), 128 + number);
        EXPECT_EQ(tool.out(), "");
        EXPECT_EQ(nodes().size(), 1u) << number;
    }
}

TEST_F(ToolRun, OtherSignalsDoNotEndTheWait) {
    const std::string foreign = occupy();
    tool_process tool(dir_.path(), run_words({}, {"echo", "ran"}));
    ASSERT_TRUE(has_nodes(2));
    for (const int number : {SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT}) tool.signal(number);
    client_.remove(foreign);
    EXPECT_EQ(tool.wait(), 0);
    EXPECT_EQ(tool.out(), "ran\n");
}

TEST_F(ToolRun, SignalWhileNoServerAnswersEndsTheWait) {
    const port_reservation nobody("127.0.0.1");
    servers_ = "127.0.0.1:" + std::to_string(nobody.port());
    tool_process tool(dir_.path(), run_words({"-v"}, {"true"}));
    // The silence is noticed only with the handlers in place.
    ASSERT_TRUE(tool.says("no server of", 20s)) << tool.err();
    tool.signal(SIGINT);
    EXPECT_EQ(tool.wait(), 128 + SIGINT);
}

TEST_F(ToolRun, NamespaceComesInFrontOfThePath) {
    tool_process tool(dir_.path(), run_words({"--namespace", "/tool-space"}, idle));
    command_pid(tool);
    EXPECT_TRUE(nodes().empty());
    EXPECT_EQ(client_.children("/tool-space" + path_).size(), 1u);
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait(), 128 + SIGTERM);
}

}  // namespace
}  // namespace paddock::testing
