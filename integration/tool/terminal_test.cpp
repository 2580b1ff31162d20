#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "integration/support/unique_fd.hpp"
#include "integration/tool/tool_fixture.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

/// Our end of a pseudo terminal.
class pseudo_terminal {
public:
    pseudo_terminal() : ours_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) {
        if (!ours_ || ::grantpt(ours_.get()) != 0 || ::unlockpt(ours_.get()) != 0)
            throw std::runtime_error("no pty");
        char name[64];
        if (::ptsname_r(ours_.get(), name, sizeof name) != 0) throw std::runtime_error("no pty");
        name_ = name;
    }

    [[nodiscard]] const std::string& name() const { return name_; }
    void type(const std::string& keys) {
        EXPECT_EQ(::write(ours_.get(), keys.data(), keys.size()), ssize_t(keys.size()));
    }

    /// Reads until `text` has been shown since the last call that found its text.
    [[nodiscard]] bool shows(const std::string& text) {
        const bool found = eventually(
            [&] {
                char bytes[1024];
                for (ssize_t n; (n = ::read(ours_.get(), bytes, sizeof bytes)) > 0;)
                    shown_.append(bytes, static_cast<std::size_t>(n));
                return shown_.find(text) != std::string::npos;
            },
            20s);
        if (found) shown_.erase(0, shown_.find(text) + text.size());
        return found;
    }
    [[nodiscard]] const std::string& shown() const { return shown_; }

private:
    unique_fd ours_;
    std::string name_;
    std::string shown_;
};

class ToolOnTerminal : public ToolTest {
protected:
    /// A program that leads a session on the terminal.
    [[nodiscard]] child_options on_terminal(const words& command) const {
        child_options child;
        child.argv = {"/bin/sh", "-c", "exec setsid -c \"$@\" <\"$0\" >\"$0\" 2>&1", terminal_.name()};
        child.argv.insert(child.argv.end(), command.begin(), command.end());
        return child;
    }
    [[nodiscard]] words tool_words(const words& options, const words& command) const {
        words all = run_words(options, command);
        all.insert(all.begin(), PADDOCK_TOOL);
        return all;
    }

    pseudo_terminal terminal_;
};

TEST_F(ToolOnTerminal, CommandReadsFromIt) {
    child_process tool(on_terminal(tool_words({}, {"sh", "-c", "echo ready; read line; echo read $line."})));
    ASSERT_TRUE(terminal_.shows("ready")) << terminal_.shown();
    terminal_.type("hello\n");
    EXPECT_TRUE(terminal_.shows("read hello.")) << terminal_.shown();
    EXPECT_EQ(tool.wait(), std::optional(0));
}

TEST_F(ToolOnTerminal, CommandStartsInFront) {
    const words command = {
        "sh", "-c",
        "read -r a b c d group f g front rest </proc/self/stat; echo group $group, front $front."};
    child_process tool(on_terminal(tool_words({}, command)));
    EXPECT_EQ(tool.wait(), std::optional(0));
    ASSERT_TRUE(terminal_.shows("group ")) << terminal_.shown();
    const std::string group = terminal_.shown().substr(0, terminal_.shown().find(','));
    EXPECT_TRUE(terminal_.shows(", front " + group + ".")) << terminal_.shown();
}

TEST_F(ToolOnTerminal, CtrlCReachesTheCommand) {
    child_process tool(
        on_terminal(tool_words({}, {"sh", "-c", "trap 'echo got INT; exit 9' INT; echo ready; read line"})));
    ASSERT_TRUE(terminal_.shows("ready")) << terminal_.shown();
    terminal_.type("\x03");
    EXPECT_TRUE(terminal_.shows("got INT")) << terminal_.shown();
    EXPECT_EQ(tool.wait(), std::optional(9 << 8));
}

TEST_F(ToolOnTerminal, CtrlCWhileWaitingLeavesNoNode) {
    occupy();
    child_process tool(on_terminal(tool_words({}, {"true"})));
    ASSERT_TRUE(has_nodes(2));
    terminal_.type("\x03");
    EXPECT_EQ(tool.wait(), std::optional((128 + SIGINT) << 8));
    EXPECT_EQ(nodes().size(), 1u);
}

TEST_F(ToolOnTerminal, CommandReadsFromItInAPipelineToo) {
    // Standard output is no terminal: it gets the terminal only when it asks for input.
    const words shell = {"sh", "-c", "\"$@\" | cat", "sh"};
    words pipeline = tool_words({}, {"sh", "-c", "echo ready; read line; echo read $line."});
    pipeline.insert(pipeline.begin(), shell.begin(), shell.end());
    child_process tool(on_terminal(pipeline));
    ASSERT_TRUE(terminal_.shows("ready")) << terminal_.shown();
    terminal_.type("hello\n");
    EXPECT_TRUE(terminal_.shows("read hello.")) << terminal_.shown();
    EXPECT_EQ(tool.wait(), std::optional(0));
}

TEST_F(ToolOnTerminal, CtrlZSuspendsAndFgContinues) {
    const std::string script = dir_.path() / "script";
    std::ofstream(script) << "echo ready; read line; echo read $line.";
    child_process shell(on_terminal({"bash", "--norc", "--noprofile", "-i"}));
    std::string line;
    for (const std::string& word : tool_words({}, {"sh", script})) line += word + " ";
    terminal_.type(line + "\n");
    ASSERT_TRUE(terminal_.shows("ready")) << terminal_.shown();
    terminal_.type("\x1a");
    ASSERT_TRUE(terminal_.shows("Stopped")) << terminal_.shown();
    terminal_.type("fg\n");
    terminal_.type("hello\n");
    EXPECT_TRUE(terminal_.shows("read hello.")) << terminal_.shown();
    terminal_.type("exit\n");
    EXPECT_TRUE(shell.wait().has_value());
}

TEST_F(ToolOnTerminal, GetsTheTerminalBackAtTheEnd) {
    words command = tool_words({}, {"true"});
    const words shell = {"sh", "-c", "\"$@\"; echo code $?; read line; echo read $line.", "sh"};
    command.insert(command.begin(), shell.begin(), shell.end());
    child_process script(on_terminal(command));
    EXPECT_TRUE(terminal_.shows("code 0")) << terminal_.shown();
    terminal_.type("hello\n");
    EXPECT_TRUE(terminal_.shows("read hello.")) << terminal_.shown();
    EXPECT_EQ(script.wait(), std::optional(0));
}

}  // namespace
}  // namespace paddock::testing
