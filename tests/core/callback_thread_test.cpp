#include "core/callback_thread.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace paddock::detail {
namespace {

bool takes_signals() {
    sigset_t blocked;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    return ::sigismember(&blocked, SIGTERM) == 0;
}

TEST(CallbackThread, RunsInOrderOnAThreadOfItsOwn) {
    callback_thread thread("test");
    std::vector<int> order;
    std::promise<std::thread::id> ran_on;
    for (int i = 0; i < 100; ++i) thread.post([&order, i] { order.push_back(i); });
    thread.post([&] { ran_on.set_value(std::this_thread::get_id()); });
    EXPECT_NE(ran_on.get_future().get(), std::this_thread::get_id());
    ASSERT_EQ(order.size(), 100u);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(CallbackThread, TakesNoSignals) {
    callback_thread thread("test");
    std::promise<bool> takes;
    thread.post([&] { takes.set_value(takes_signals()); });
    EXPECT_FALSE(takes.get_future().get());
    EXPECT_TRUE(takes_signals());
}

TEST(CallbackThread, StopRunsWhatWasPosted) {
    callback_thread thread("test");
    int ran = 0;
    for (int i = 0; i < 100; ++i) thread.post([&ran] { ++ran; });
    thread.stop();
    EXPECT_EQ(ran, 100);
    thread.stop();
}

// What a callback posts while another thread waits in `stop` is neither lost nor run beside it.
TEST(CallbackThread, PostWhileStoppingRunsBeforeTheEnd) {
    callback_thread thread("test");
    std::latch posted(1);
    std::latch stopping(1);
    std::vector<std::thread::id> ran_on;
    thread.post([&] {
        posted.count_down();
        stopping.wait();
        thread.post([&] { ran_on.push_back(std::this_thread::get_id()); });
        ran_on.push_back(std::this_thread::get_id());
    });
    posted.wait();
    std::thread stopper([&] {
        stopping.count_down();
        thread.stop();
    });
    stopper.join();
    // Either `stop` came first and waited for both, or the second one got the thread that `stop` then ended.
    ASSERT_EQ(ran_on.size(), 2u);
    EXPECT_EQ(ran_on.front(), ran_on.back());
}

TEST(CallbackThread, StartsAgainAfterAStop) {
    callback_thread thread("test");
    int ran = 0;
    for (int i = 1; i <= 3; ++i) {
        thread.post([&ran] { ++ran; });
        thread.stop();
        EXPECT_EQ(ran, i);
    }
}

TEST(CallbackThread, StopsFromItsOwnCallback) {
    callback_thread thread("test");
    std::promise<void> stopped;
    std::promise<void> again;
    thread.post([&] {
        thread.stop();
        stopped.set_value();
    });
    stopped.get_future().wait();
    thread.post([&] { again.set_value(); });
    again.get_future().wait();
}

// A forked child has no thread of its parent's; what is posted there runs, and takes no signals either.
TEST(CallbackThread, ForkedChildRunsCallbacksToo) {
    callback_thread thread("test");
    const pid_t child = ::fork();
    if (child == 0) {
        std::promise<bool> takes;
        thread.post([&] { takes.set_value(takes_signals()); });
        ::_exit(takes.get_future().get() ? 1 : 0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << "the thread in the child takes signals";
}

}  // namespace
}  // namespace paddock::detail
