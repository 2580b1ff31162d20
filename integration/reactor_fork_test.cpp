#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <future>

#include <gtest/gtest.h>

#include "integration/support/shared_servers.hpp"
#include "integration/zk_handle_fixture.hpp"

namespace paddock::testing {
namespace {

// In the child the inherited handle is left alone, and a session of its own works.
TEST(ReactorFork, AForkedChildMakesItsOwn) {
    zk_ensemble& zk = shared_standalone();
    handle_under_test session(zk.connect_string());
    ASSERT_TRUE(session.events().wait(happened::connected));
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        session.handle_.reset();
        handle_under_test own(zk.connect_string());
        const bool works = own.events().wait(happened::connected) && !own.exists("/").ec && own.close();
        ::_exit(works && own.session_id() != session.session_id() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(session.exists("/").ec, error_code());
    EXPECT_EQ(session.events().count(happened::disconnected), 0u);
}

TEST(ReactorFork, ForksWhileItIsBusy) {
    zk_ensemble& zk = shared_standalone();
    handle_under_test session(zk.connect_string());
    ASSERT_TRUE(session.events().wait(happened::connected));
    std::atomic<bool> stop = false;
    std::atomic<int> under_way = 0;
    std::function<void()> again = [&] {
        ++under_way;
        session.handle_->exists("/", [&](const detail::reply&) {
            if (!stop) again();
            --under_way;
        });
    };
    session.on_reactor([&] {
        for (int i = 0; i < 20; ++i) again();
    });
    for (int i = 0; i < 50; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(20);
            auto world = detail::reactor::shared();
            std::promise<void> runs;
            boost::asio::post(world->executor(), [&] { runs.set_value(); });
            runs.get_future().get();
            world.reset();
            ::_exit(0);
        }
        int status = -1;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    stop = true;
    EXPECT_EQ(session.events().count(happened::disconnected), 0u);
    EXPECT_TRUE(eventually([&] { return under_way == 0; }));
}

}  // namespace
}  // namespace paddock::testing
