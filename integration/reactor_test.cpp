#include <signal.h>

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/client/name_lookup.hpp"
#include "integration/support/process_stats.hpp"
#include "integration/support/shared_servers.hpp"
#include "integration/zk_handle_fixture.hpp"

namespace paddock::testing {
namespace {

using detail::boot_time;
using detail::reactor;
using detail::scheduled_call;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Runs `call` on the reactor thread and waits for its end.
template <class Call>
void run_on(reactor& world, Call call) {
    std::promise<void> done;
    boost::asio::post(world.executor(), [&] {
        call();
        done.set_value();
    });
    done.get_future().get();
}

TEST(Reactor, CallsInTheOrderOfTime) {
    const auto world = reactor::shared();
    std::vector<int> order;
    std::vector<scheduled_call> calls;
    std::promise<void> last;
    const boot_time start = world->now();
    run_on(*world, [&] {
        for (const int delay : {60, 20, 40}) {
            const boot_time when = start + milliseconds(delay);
            calls.push_back(world->call_at(when, [&, when, delay] {
                EXPECT_GE(world->now(), when);
                EXPECT_TRUE(world->on_thread());
                order.push_back(delay);
                if (delay == 60) last.set_value();
            }));
        }
        calls.push_back(world->call_at(boot_time::max(), [] { FAIL(); }));
        calls.push_back(world->call_at(boot_time(), [&] { order.push_back(0); }));
        EXPECT_TRUE(order.empty());
        for (const auto& call : calls) EXPECT_TRUE(call);
    });
    ASSERT_EQ(last.get_future().wait_for(default_wait), std::future_status::ready);
    run_on(*world, [&] { calls.clear(); });
    EXPECT_EQ(order, (std::vector<int>{0, 20, 40, 60}));
}

TEST(Reactor, TakesCallsBack) {
    const auto world = reactor::shared();
    std::promise<void> last;
    std::vector<scheduled_call> calls;
    run_on(*world, [&] {
        const boot_time when = world->now() + milliseconds(10);
        // The first of several that are due at once takes the next one back, and itself.
        calls.push_back(world->call_at(when, [&] {
            calls[1].reset();
            calls[0].reset();
        }));
        calls.push_back(world->call_at(when, [] { FAIL(); }));
        calls.push_back(world->call_at(when, [&] { last.set_value(); }));
        static_cast<void>(world->call_at(when, [] { FAIL(); }));
    });
    EXPECT_EQ(last.get_future().wait_for(default_wait), std::future_status::ready);
    run_on(*world, [&] { calls.clear(); });
}

TEST(Reactor, DoesNotWaitForNameLookups) {
    const std::size_t threads = thread_count();
    for (int i = 0; i < 20; ++i) {
        const auto world = reactor::shared();
        run_on(*world, [&] {
            const auto target = detail::make_lookup_target(world->executor());
            detail::look_up(target, "localhost", [](const auto&, const auto&) { FAIL(); });
        });
    }
    auto world = reactor::shared();
    std::promise<std::vector<std::string>> found;
    std::shared_ptr<detail::lookup_target> target;
    run_on(*world, [&] {
        target = detail::make_lookup_target(world->executor());
        detail::look_up(target, "localhost",
                        [&](const auto& addresses, const auto&) { found.set_value(addresses); });
    });
    auto addresses = found.get_future();
    ASSERT_EQ(addresses.wait_for(default_wait), std::future_status::ready);
    EXPECT_THAT(addresses.get(), ::testing::Contains("127.0.0.1"));
    run_on(*world, [&] { target.reset(); });
    world.reset();
    // Lookups that nobody waited for end by themselves.
    EXPECT_TRUE(eventually([&] { return thread_count() == threads; }));
}

TEST(Reactor, IsOneForAllThreads) {
    const std::size_t threads = thread_count();
    std::atomic<int> running = 0;
    {
        std::vector<std::jthread> users;
        for (int i = 0; i < 6; ++i) {
            users.emplace_back([&] {
                for (int round = 0; round < 100; ++round) {
                    const auto world = reactor::shared();
                    // Two threads would meet here.
                    run_on(*world, [&] {
                        EXPECT_EQ(++running, 1);
                        EXPECT_TRUE(world->on_thread());
                        --running;
                    });
                }
            });
        }
    }
    EXPECT_TRUE(eventually([&] { return thread_count() == threads; }));
}

TEST(Reactor, LeavesSignalsToOtherThreads) {
    const auto world = reactor::shared();
    sigset_t blocked;
    run_on(*world, [&] { pthread_sigmask(SIG_BLOCK, nullptr, &blocked); });
    EXPECT_EQ(sigismember(&blocked, SIGTERM), 1);
    EXPECT_EQ(sigismember(&blocked, SIGPIPE), 1);
    EXPECT_EQ(sigismember(&blocked, SIGSEGV), 0);
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    EXPECT_EQ(sigismember(&blocked, SIGTERM), 0);
}

TEST(Reactor, RandomBitsDiffer) {
    const auto world = reactor::shared();
    EXPECT_NE(world->random_128(), world->random_128());
    run_on(*world, [&] {
        for (int i = 0; i < 1000; ++i) {
            const double unit = world->random_unit();
            EXPECT_GE(unit, 0.0);
            EXPECT_LT(unit, 1.0);
        }
    });
}

TEST(Reactor, LeavesNoThreadAndNoDescriptor) {
    zk_ensemble& zk = shared_standalone();
    const std::size_t threads = thread_count();
    const std::size_t descriptors = open_fd_count();
    for (int round = 0; round < 3; ++round) {
        {
            handle_under_test first(zk.connect_string());
            handle_under_test second(zk.connect_string());
            ASSERT_TRUE(first.events().wait(happened::connected));
            ASSERT_TRUE(second.events().wait(happened::connected));
            EXPECT_EQ(thread_count(), threads + 1);
            EXPECT_TRUE(first.close());
        }
        EXPECT_TRUE(eventually([&] { return thread_count() == threads; }));
        EXPECT_EQ(open_fd_count(), descriptors);
    }
}

}  // namespace
}  // namespace paddock::testing
