// Real threads: a shared place ends with its last user, who may let go at any moment of its client's end.
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <paddock/mutex.hpp>

namespace paddock {
namespace {

constexpr int users = 2;
constexpr int visits = 20;

/// Makes and forgets mutexes of two paths, so that others come to places that are just ending.
void visit(client& by, std::atomic<int>& completions) {
    for (int i = 0; i < visits; ++i) {
        mutex one(by, "/locks/" + std::to_string(i % 2));
        if (i % 4 == 0) one.async_acquire([&](error_code, lease) { ++completions; });
    }
}

TEST(LocalQueueEnd, TheLastUserLetsGoWhileTheClientCloses) {
    std::atomic<int> completions = 0;
    constexpr int rounds = 50;
    for (int round = 0; round < rounds; ++round) {
        client_options options;
        options.servers = "127.0.0.1:1";  // nobody listens
        client by(options);
        std::latch begin(users + 1);
        std::vector<std::jthread> threads;
        for (int i = 0; i < users; ++i) {
            threads.emplace_back([&] {
                begin.arrive_and_wait();
                visit(by, completions);
            });
        }
        begin.arrive_and_wait();
        by.close();
    }
    EXPECT_EQ(completions, rounds * users * visits / 4);
}

}  // namespace
}  // namespace paddock
