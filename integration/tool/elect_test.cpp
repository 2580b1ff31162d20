#include <csignal>
#include <iomanip>
#include <sstream>

#include "integration/support/fault_proxy.hpp"
#include "integration/tool/tool_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

/// Tells which term it is, and whose, and runs until it is ended.
const words leader = {
    "sh", "-c",
    "echo pid $$ term $PADDOCK_TERM of $PADDOCK_LEADER_ID token $PADDOCK_TOKEN.; exec tail -f "
    "/dev/null"};

class ToolElect : public ToolTest {
protected:
    [[nodiscard]] words elect_words(const words& options, const words& command) const {
        words all = {"elect", path_, "--servers", servers_};
        all.insert(all.end(), options.begin(), options.end());
        all.emplace_back("--");
        all.insert(all.end(), command.begin(), command.end());
        return all;
    }
    std::string occupy_latch() {
        client_.create(path_);
        client_.create(path_ + "/_c_00000000-0000-0000-0000-000000000000-latch-", "other",
                       create_flags::ephemeral_sequential);
        return path_ + "/" + nodes().at(0);
    }
    static void end(tool_process& tool) {
        tool.signal(SIGTERM);
        EXPECT_EQ(tool.wait(), 128 + SIGTERM) << tool.err();
    }
    static pid_t pid_in_term(const tool_process& tool, int term) {
        const std::string mark = " term " + std::to_string(term) + " of ";
        if (!tool.says(mark, 30s))
            throw std::runtime_error("no term " + std::to_string(term) + ": " + tool.err());
        const std::string out = tool.out();
        const auto line = out.rfind("pid ", out.find(mark));
        return std::stoi(out.substr(line + 4));
    }
};

TEST_F(ToolElect, TellsTheCommandItsTerm) {
    tool_process tool(dir_.path(), elect_words({"--id", "me"}, leader));
    command_pid(tool);
    const raw_node node = client_.get(path_ + "/" + nodes().at(0));
    EXPECT_EQ(node.data, "me");
    std::ostringstream token;
    token << std::hex << std::setfill('0') << std::setw(16) << node.stat.czxid;
    EXPECT_TRUE(tool.says(" term 1 of me token " + token.str() + ".")) << tool.out();
    end(tool);
    EXPECT_TRUE(nodes().empty()) << "it resigns in good order";
}

TEST_F(ToolElect, NextLeadsAfterTheLeaderIsKilled) {
    tool_process first(dir_.path(), elect_words({"--id", "first", "--session-timeout", "1s"}, leader));
    const pid_t command = command_pid(first);
    tool_process second(dir_.path(), elect_words({"--id", "second"}, leader));
    ASSERT_TRUE(has_nodes(2));
    EXPECT_EQ(second.out(), "");
    first.kill();
    EXPECT_TRUE(second.says(" term 1 of second ", 30s)) << second.err();
    EXPECT_TRUE(eventually([&] { return !is_alive(command); }));
    end(second);
}

TEST_F(ToolElect, LossKillsTheCommandAndTheNextTermRunsItAgain) {
    tool_process tool(dir_.path(), elect_words({}, leader));
    const pid_t first = pid_in_term(tool, 1);
    EXPECT_EQ(client_.remove(path_ + "/" + nodes().at(0)), ok);
    EXPECT_TRUE(eventually([&] { return !is_alive(first); }));
    const pid_t second = pid_in_term(tool, 2);
    EXPECT_NE(first, second);
    EXPECT_TRUE(is_alive(second));
    EXPECT_NE(tool.err().find("leadership is lost"), std::string::npos) << tool.err();
    end(tool);
}

TEST_F(ToolElect, CommandIsEndedBeforeTheSessionCanExpire) {
    fault_proxy proxy(zk_.server(0).host(), zk_.server(0).port());
    servers_ = proxy.address();
    tool_process tool(dir_.path(), elect_words({"--session-timeout", "4s", "--kill-after", "500ms"}, leader));
    const pid_t command = pid_in_term(tool, 1);
    const std::string node = path_ + "/" + nodes().at(0);
    raw_client observer = zk_.connect();
    proxy.stall();
    bool outlived = false;
    EXPECT_TRUE(eventually(
        [&] {
            const bool gone = observer.exists(node) == no_node;
            const bool alive = is_alive(command);
            outlived = outlived || (gone && alive);
            return !alive;
        },
        30s));
    EXPECT_FALSE(outlived);
    proxy.resume();
    pid_in_term(tool, 2);
    end(tool);
}

// Inside a `paddock run`: what is told of locks and tokens is all of the election.
TEST_F(ToolElect, EnvironmentOfAnOuterRunDoesNotPassForItsOwn) {
    tool_options outer;
    outer.environment = {"PADDOCK_LOCK=/outer", "PADDOCK_LOCKS=/outer /other", "PADDOCK_TOKEN=00",
                         "PADDOCK_TOKENS=00 01", "PADDOCK_SESSION=0x0"};
    const words command = {
        "sh", "-c",
        "[ \"$PADDOCK_TOKEN\" = \"$PADDOCK_TOKENS\" ] && [ \"$PADDOCK_SESSION\" != 0x0 ] && "
        "echo of $PADDOCK_LOCK $PADDOCK_LOCKS."};
    tool_process tool(dir_.path(), elect_words({"--once"}, command), outer);
    EXPECT_TRUE(tool.says("of " + path_ + " " + path_ + ".", 30s)) << tool.out() << tool.err();
    EXPECT_EQ(tool.wait(), 0);
}

TEST_F(ToolElect, ResignsWhenTheCommandEndsAndCompetesAgain) {
    tool_process tool(dir_.path(), elect_words({}, {"sh", "-c", "echo term $PADDOCK_TERM.; exit 3"}));
    ASSERT_TRUE(tool.says("term 1.", 30s)) << tool.err();
    tool_process other(dir_.path(), elect_words({"--id", "other"}, leader));
    ASSERT_TRUE(other.says("of other", 30s)) << other.err();
    ASSERT_TRUE(has_nodes(2));  // it waits for its next term
    end(other);
    const std::string told = tool.out();
    EXPECT_TRUE(eventually([&] { return tool.out().size() > told.size(); }, 30s)) << tool.out();
    EXPECT_TRUE(tool.running());
    tool.signal(SIGTERM);
    const int code = tool.wait();
    EXPECT_TRUE(code == 128 + SIGTERM || code == 3) << code;  // while it waits, or while the command ends
}

TEST_F(ToolElect, OnceEndsWithTheCodeOfTheCommand) {
    tool_process tool(dir_.path(), elect_words({"--once"}, {"sh", "-c", "exit 3"}));
    EXPECT_EQ(tool.wait(), 3);
    EXPECT_TRUE(nodes().empty());
    tool_process missing(dir_.path(), elect_words({}, {"no-such-command-here"}));
    EXPECT_EQ(missing.wait(), 127);
    EXPECT_TRUE(nodes().empty());
}

TEST_F(ToolElect, SignalWhileWaitingLeavesNoNode) {
    occupy_latch();
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        tool_process tool(dir_.path(), elect_words({}, {"echo", "ran"}));
        ASSERT_TRUE(has_nodes(2));
        tool.signal(number);
        EXPECT_EQ(tool.wait(), 128 + number);
        EXPECT_EQ(tool.out(), "");
        EXPECT_EQ(nodes().size(), 1u) << number;
    }
}

}  // namespace
}  // namespace paddock::testing
