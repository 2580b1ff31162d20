// The way from any thread into core's executor.
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "core/gate.hpp"

namespace paddock::detail {
namespace {

TEST(Gate, RunsActionsInOrderAndNeverInsideTheCall) {
    boost::asio::io_context io;
    gate entrance(io.get_executor());
    std::string order;
    EXPECT_FALSE(entrance.post([&] {
        order += "1";
        EXPECT_FALSE(entrance.post([&] { order += "3"; }));
        order += "2";
    }));
    EXPECT_EQ(order, "");
    io.run();
    EXPECT_EQ(order, "123");
}

TEST(Gate, ClosedRefusesButRunsWhatWasPosted) {
    boost::asio::io_context io;
    gate entrance(io.get_executor());
    int ran = 0;
    EXPECT_FALSE(entrance.post([&] { ++ran; }));
    entrance.close();
    EXPECT_EQ(entrance.post([&] { ++ran; }), make_error_code(errc::client_closed));
    io.run();
    EXPECT_EQ(ran, 1);
}

TEST(Gate, ForkedChildIsRefused) {
    boost::asio::io_context io;
    gate entrance(io.get_executor());
    EXPECT_FALSE(entrance.in_other_process());
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const bool refused =
            entrance.in_other_process() && entrance.post([] {}) == make_error_code(errc::wrong_process);
        ::_exit(refused ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace paddock::detail
