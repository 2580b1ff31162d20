#include "integration/tool/tool_fixture.hpp"

#include <cstdlib>
#include <stdexcept>

namespace paddock::testing {

ToolTest::ToolTest()
    : path_("/tool-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name())) {}

void ToolTest::TearDown() {
    leave();
    EXPECT_TRUE(eventually([&] { return nodes().empty(); }, std::chrono::seconds(20)))
        << "left: " << nodes().front();
}

words ToolTest::run_words(const words& options, const words& command) const {
    words all = {"run", "--lock", path_, "--servers", servers_};
    all.insert(all.end(), options.begin(), options.end());
    all.emplace_back("--");
    all.insert(all.end(), command.begin(), command.end());
    return all;
}

words ToolTest::who_words(const words& options) const {
    words all = {"who", path_, "--servers", servers_};
    all.insert(all.end(), options.begin(), options.end());
    return all;
}

int ToolTest::run(const words& options, const words& command) {
    tool_process tool(dir_.path(), run_words(options, command));
    const int code = tool.wait();
    if (code >= 64) ::testing::Test::RecordProperty("stderr", tool.err());
    return code;
}

void ToolTest::leave() {
    (void)close_session(zk_.server(0).host(), zk_.server(0).port(), client_.session());
    client_ = zk_.connect();
}

bool ToolTest::has_nodes(std::size_t count) {
    return eventually([&] { return nodes().size() == count; });
}

std::string ToolTest::occupy(const std::string& data) {
    client_.create(path_);
    client_.create(path_ + "/_c_00000000-0000-0000-0000-000000000000-lock-", data,
                   create_flags::ephemeral_sequential);
    const auto found = nodes();
    EXPECT_EQ(found.size(), 1u);
    return path_ + "/" + found.at(0);
}

pid_t ToolTest::command_pid(const tool_process& tool) {
    const auto has_line = [&] { return tool.out().find('\n') != std::string::npos; };
    const bool told = eventually(has_line, std::chrono::seconds(30));
    const std::string out = tool.out();
    const int pid = told && out.starts_with("pid ") ? std::atoi(out.c_str() + 4) : 0;
    if (pid <= 1) throw std::runtime_error("the command told no pid: '" + out + "' " + tool.err());
    return pid;
}

}  // namespace paddock::testing
