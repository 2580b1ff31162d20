#include <csignal>
#include <sstream>

#include "integration/tool/tool_fixture.hpp"

namespace paddock::testing {
namespace {

/// `run` with claims other than one lock, or with several.
class ToolRunClaims : public ToolTest {
protected:
    [[nodiscard]] words held(const words& claims, const words& command) const {
        words all = {"run", "--servers", servers_};
        all.insert(all.end(), claims.begin(), claims.end());
        all.emplace_back("--");
        all.insert(all.end(), command.begin(), command.end());
        return all;
    }

    static void end(tool_process& tool) {
        tool.signal(SIGTERM);
        EXPECT_EQ(tool.wait(), 128 + SIGTERM);
    }
};

TEST_F(ToolRunClaims, ReadersShareAndAWriterWaitsForThem) {
    tool_process first(dir_.path(), held({"--read-lock", path_}, idle));
    command_pid(first);
    tool_process second(dir_.path(), held({"--read-lock", path_, "--try"}, idle));
    command_pid(second);
    tool_process refused(dir_.path(), held({"--write-lock", path_, "--try"}, {"echo", "ran"}));
    EXPECT_EQ(refused.wait(), 75);
    EXPECT_EQ(refused.out(), "");
    tool_process writer(dir_.path(), held({"--write-lock", path_}, idle));
    ASSERT_TRUE(has_nodes(3));
    end(first);
    EXPECT_EQ(writer.out(), "");
    end(second);
    command_pid(writer);
    end(writer);
}

TEST_F(ToolRunClaims, PermitsAreLimited) {
    const words two = {"--semaphore", path_, "--limit", "3", "--permits", "2"};
    tool_process first(dir_.path(), held(two, idle));
    command_pid(first);
    tool_process one(dir_.path(), held({"--semaphore", path_, "--limit", "3", "--try"}, idle));
    command_pid(one);
    tool_process waiter(dir_.path(), held(two, idle));
    ASSERT_TRUE(has_nodes(3));
    EXPECT_EQ(waiter.out(), "");
    end(first);
    command_pid(waiter);
    end(one);
    end(waiter);
}

TEST_F(ToolRunClaims, AnotherLimitThanTheStoredOneIsAnError) {
    tool_process first(dir_.path(), held({"--semaphore", path_, "--limit", "3"}, {"true"}));
    EXPECT_EQ(first.wait(), 0);
    tool_process other(dir_.path(), held({"--semaphore", path_, "--limit", "4"}, {"echo", "ran"}));
    EXPECT_EQ(other.wait(), 70);
    EXPECT_EQ(other.out(), "");
    EXPECT_NE(other.err().find(path_ + " has a limit of 3, --limit says 4"), std::string::npos)
        << other.err();
    ASSERT_EQ(client_.set_data(path_, R"({"declared":3,"limit":5})"), ok);
    const words both = {"--lock", path_ + "-lock", "--semaphore", path_, "--limit", "4"};
    tool_process third(dir_.path(), held(both, {"echo", "ran"}));
    EXPECT_EQ(third.wait(), 70);
    EXPECT_NE(third.err().find(path_ + " has a limit of 3 (5 in force), --limit says 4"), std::string::npos)
        << third.err();
    ASSERT_EQ(client_.set_data(path_, "10.0.0.1"), ok);
    tool_process fourth(dir_.path(), held({"--semaphore", path_, "--limit", "4"}, {"echo", "ran"}));
    EXPECT_EQ(fourth.wait(), 70);
    EXPECT_NE(fourth.err().find(path_ + " is not the directory of a semaphore, --limit says 4"),
              std::string::npos)
        << fourth.err();
}

TEST_F(ToolRunClaims, SeveralAreHeldTogether) {
    const std::string lock = path_ + "-lock";
    const std::string readers = path_ + "-readers";
    tool_process tool(dir_.path(),
                      held({"--lock", lock, "--semaphore", path_, "--limit", "2", "--read-lock", readers},
                           {"sh", "-c",
                            "echo pid $$; echo \"lock $PADDOCK_LOCK locks $PADDOCK_LOCKS.\"; echo \"token "
                            "$PADDOCK_TOKEN tokens $PADDOCK_TOKENS.\"; exec tail -f /dev/null"}));
    ASSERT_TRUE(tool.says("tokens ")) << tool.err();
    EXPECT_NE(tool.out().find("lock " + lock + " locks " + lock + " " + path_ + " " + readers + "."),
              std::string::npos)
        << tool.out();
    std::istringstream told(tool.out().substr(tool.out().find("token ")));
    std::string word;
    std::string token;
    std::string first;
    std::string second;
    std::string third;
    told >> word >> token >> word >> first >> second >> third;
    EXPECT_EQ(token, first);
    EXPECT_EQ(first.size(), 16u);
    EXPECT_EQ(second.size(), 16u);
    EXPECT_EQ(third.size(), 17u) << third;  // with the full stop
    for (const std::string& path : {lock, path_, readers})
        EXPECT_EQ(client_.children(path).size(), 1u) << path;
    for (const words& busy : {words{"--lock", lock}, words{"--write-lock", readers}}) {
        words options = busy;
        options.emplace_back("--try");
        tool_process other(dir_.path(), held(options, {"true"}));
        EXPECT_EQ(other.wait(), 75) << busy.front();
    }
    end(tool);
    for (const std::string& path : {lock, path_, readers})
        EXPECT_TRUE(client_.children(path).empty()) << path;
}

// What only `paddock elect` says is taken away inside it: it is of another session.
TEST_F(ToolRunClaims, EnvironmentOfAnOuterElectionDoesNotPassForItsOwn) {
    tool_options outer;
    outer.environment = {"PADDOCK_TERM=3", "PADDOCK_LEADER_ID=outer", "PADDOCK_OTHER=kept"};
    const words command = {"sh", "-c", "echo ${PADDOCK_TERM-no} ${PADDOCK_LEADER_ID-no} $PADDOCK_OTHER."};
    tool_process tool(dir_.path(), held({"--lock", path_}, command), outer);
    EXPECT_EQ(tool.wait(), 0) << tool.err();
    EXPECT_EQ(tool.out(), "no no kept.\n");
}

TEST_F(ToolRunClaims, SeveralAreAllOrNothing) {
    const std::string other = path_ + "-other";
    occupy();
    tool_process tool(dir_.path(), held({"--lock", other, "--lock", path_, "--try"}, {"echo", "ran"}));
    EXPECT_EQ(tool.wait(), 75);
    EXPECT_EQ(tool.out(), "");
    EXPECT_NE(tool.err().find(other + " + " + path_), std::string::npos) << tool.err();
    EXPECT_TRUE(client_.children(other).empty());
    EXPECT_EQ(nodes().size(), 1u);
}

TEST_F(ToolRunClaims, LossOfOneKillsTheCommand) {
    const std::string other = path_ + "-other";
    tool_process tool(dir_.path(), held({"--lock", other, "--lock", path_}, stubborn));
    const pid_t command = command_pid(tool);
    EXPECT_EQ(client_.remove(path_ + "/" + nodes().at(0)), ok);
    EXPECT_TRUE(eventually([&] { return !is_alive(command); }));
    EXPECT_EQ(tool.wait(), 76);
    EXPECT_TRUE(eventually([&] { return client_.children(other).empty(); }));
}

}  // namespace
}  // namespace paddock::testing
