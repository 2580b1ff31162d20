#include <ostream>

#include "integration/tool/tool_fixture.hpp"

namespace paddock::testing {
namespace {

/// What the parser of the command line refuses has its table in tests/tools/command_line_test.cpp; these are
/// one of them and all that only the library knows.
struct bad_case {
    const char* name;
    words arguments;
    words told;  ///< parts of the message: the value and the rule
    friend std::ostream& operator<<(std::ostream& os, const bad_case& c) { return os << c.name; }
};

class ToolArguments : public ::testing::TestWithParam<bad_case> {};

TEST_P(ToolArguments, BadOneEndsWith64NamingValueAndRule) {
    const temp_dir dir("tool");
    tool_process tool(dir.path(), GetParam().arguments);
    EXPECT_EQ(tool.wait(), 64) << tool.err();
    EXPECT_EQ(tool.out(), "");
    for (const std::string& part : GetParam().told)
        EXPECT_NE(tool.err().find(part), std::string::npos) << "no '" << part << "' in: " << tool.err();
}

words run_on(const std::string& lock, const words& options) {
    words all = {"run", "--lock", lock, "--servers", "127.0.0.1:1"};
    all.insert(all.end(), options.begin(), options.end());
    all.insert(all.end(), {"--", "true"});
    return all;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ToolArguments,
    ::testing::Values(
        bad_case{"ZeroTimeout", run_on("/l", {"--timeout", "0s"}), {"--timeout", "0s", "longer than zero"}},
        bad_case{"KillAfter", run_on("/l", {"--kill-after", "5s"}), {"--kill-after", "5s", "third"}},
        bad_case{"RelativePath", run_on("locks/a", {}), {"locks/a"}},
        bad_case{"EmptyPath", run_on("", {}), {}},
        bad_case{"PathWithDots", run_on("/locks/../a", {}), {"/locks/../a"}},
        bad_case{"PathWithEmptyPart", run_on("/locks//a", {}), {"/locks//a"}},
        bad_case{"RelativeNamespace", run_on("/l", {"--namespace", "ns"}), {"ns"}},
        bad_case{
            "PortOutOfRange", {"run", "--lock", "/l", "--servers", "a:70000", "--", "true"}, {"a:70000"}},
        bad_case{"ServersWithChroot", {"run", "--lock", "/l", "--servers", "a:1/x", "--", "true"}, {"a:1/x"}},
        bad_case{
            "EmptyServer", {"run", "--lock", "/l", "--servers", "a:1,,b:2", "--", "true"}, {"''", "empty"}},
        bad_case{"LongPurpose", run_on("/l", {"--purpose", std::string(1025, 'p')}), {"1024"}},
        bad_case{"PurposeNotUtf8", run_on("/l", {"--purpose", "\xff"}), {}},
        bad_case{"WhoRelativePath", {"who", "locks/a", "--servers", "127.0.0.1:1"}, {"locks/a"}},
        bad_case{"WhoServers", {"who", "/a", "--servers", "a:0"}, {"a:0"}},
        bad_case{"WhoTimeout", {"who", "/a", "--timeout", "1"}, {"--timeout", "'1'"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ToolHelp, IsPrintedOnStandardOutput) {
    const temp_dir dir("tool");
    for (const words& arguments : {words{"--help"}, words{"run", "--help"}, words{"who", "-h"},
                                   words{"list", "--help"}, words{"elect", "--help"}, words{"--version"}}) {
        tool_process tool(dir.path(), arguments);
        EXPECT_EQ(tool.wait(), 0);
        EXPECT_NE(tool.out(), "");
        EXPECT_EQ(tool.err(), "");
    }
}

}  // namespace
}  // namespace paddock::testing
