#include <filesystem>
#include <fstream>
#include <iterator>

#include "integration/support/child_process.hpp"
#include "integration/support/shared_servers.hpp"
#include "integration/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// The programs of the README and more do what they say.
class ExamplesTest : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Programs, ExamplesTest,
                         ::testing::Values("async_workers", "first_program", "guarded_config", "std_locks"),
                         [](const auto& chosen) { return std::string(chosen.param); });

TEST_P(ExamplesTest, Succeeds) {
    const temp_dir work("examples");
    for (int run = 0; run < 2; ++run) {  // the second finds what the first has left
        child_options program;
        program.argv = {std::filesystem::path(EXAMPLES_DIRECTORY) / GetParam()};
        program.environment = {"PADDOCK_SERVERS=" + shared_standalone().connect_string()};
        program.output = work.path() / "output";
        child_process running(program);
        const auto status = running.wait(60s);
        std::ifstream output(program.output);
        EXPECT_EQ(status, 0) << std::string(std::istreambuf_iterator<char>(output), {});
    }
    EXPECT_GT(std::filesystem::file_size(work.path() / "output"), 0U);
}

TEST_P(ExamplesTest, FailsWithoutServers) {
    child_options program;
    program.argv = {std::filesystem::path(EXAMPLES_DIRECTORY) / GetParam(), "not a server list"};
    child_process running(program);
    const auto status = running.wait(60s);
    ASSERT_TRUE(status);
    EXPECT_NE(*status, 0);
}

}  // namespace
}  // namespace paddock::testing
