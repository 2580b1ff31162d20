#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "integration/support/shared_servers.hpp"
#include "integration/support/temp_dir.hpp"
#include "integration/tool/tool_process.hpp"

namespace paddock::testing {

/// A server, a lock path of the test's own, and short forms for running the tool on it.
class ToolTest : public ::testing::Test {
protected:
    ToolTest();
    /// Nothing stays in the lock's directory.
    void TearDown() override;

    /// paddock run --lock PATH --servers ... OPTIONS -- COMMAND
    [[nodiscard]] words run_words(const words& options, const words& command) const;
    [[nodiscard]] words who_words(const words& options) const;
    int run(const words& options, const words& command);

    [[nodiscard]] std::vector<std::string> nodes() { return client_.children(path_); }
    [[nodiscard]] bool has_nodes(std::size_t count);

    /// Takes the lock as a foreign program would, so that others wait. Returns the node's path.
    std::string occupy(const std::string& data = "foreign");

    /// Gives back what `occupy` has taken. Also gives `client_` a new session: it sends no pings of its own, and
    /// expires in the course of a long test.
    void leave();

    /// The pid that a command has written to its output as "pid N". Throws, and so ends the test, if there is none:
    /// a made-up pid must never reach kill(2).
    static pid_t command_pid(const tool_process& tool);

    zk_ensemble& zk_ = shared_standalone();
    temp_dir dir_{"tool"};
    std::string path_;
    std::string servers_ = zk_.connect_string();
    raw_client client_ = zk_.connect();
};

/// Commands in which "pid N" is the first line. The first runs until it is ended, and tells "got SIGNAL" for what it
/// survives; `idle` does nothing.
inline const words idle = {"/bin/sh", "-c", "echo pid $$; exec tail -f /dev/null"};
inline const words stubborn = {
    "/bin/sh", "-c",
    "for s in HUP INT QUIT TERM USR1 USR2 WINCH CONT TSTP; do trap \"echo got $s\" $s; done; echo pid $$; "
    "while :; do sleep 1 & wait; done"};

}  // namespace paddock::testing
