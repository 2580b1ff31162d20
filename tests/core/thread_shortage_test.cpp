// Where the system grants no thread, nothing is lost that had been asked for before.
#include <pthread.h>

#include <cstddef>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include <paddock/client.hpp>

#include "core/callback_thread.hpp"

namespace paddock::detail {
namespace {

/// While one exists, threads ask for more stack than there are addresses.
class no_more_threads {
public:
    no_more_threads() {
        pthread_attr_init(&usual_);
        pthread_getattr_default_np(&usual_);
        pthread_attr_t greedy;
        pthread_attr_init(&greedy);
        pthread_attr_setstacksize(&greedy, std::size_t{1} << 47);
        EXPECT_EQ(pthread_setattr_default_np(&greedy), 0);
        pthread_attr_destroy(&greedy);
    }
    no_more_threads(const no_more_threads&) = delete;
    no_more_threads& operator=(const no_more_threads&) = delete;
    ~no_more_threads() {
        pthread_setattr_default_np(&usual_);
        pthread_attr_destroy(&usual_);
    }

private:
    pthread_attr_t usual_{};
};

TEST(ThreadShortage, CallbacksRunInOrderOnceThereIsAThread) {
    std::vector<int> ran;
    callback_thread thread("test");
    {
        const no_more_threads scarce;
        thread.post([&] { ran.push_back(1); });
        thread.post([&] { ran.push_back(2); });
    }
    EXPECT_TRUE(ran.empty());
    thread.post([&] { ran.push_back(3); });
    thread.stop();
    EXPECT_EQ(ran, (std::vector{1, 2, 3}));
}

TEST(ThreadShortage, CallbacksRunAtTheEndAtTheLatest) {
    std::vector<int> ran;
    callback_thread thread("test");
    const no_more_threads scarce;
    thread.post([&] { ran.push_back(1); });
    thread.stop();
    EXPECT_EQ(ran, std::vector{1});
}

// AddressSanitizer sees that nothing is left of it.
TEST(ThreadShortage, NoClientIsMadeUntilThereIsAThread) {
    const client_options nobody_listens{.servers = "127.0.0.1:1"};
    {
        const no_more_threads scarce;
        EXPECT_THROW(client{nobody_listens}, std::system_error);
    }
    client(nobody_listens).close();
}

}  // namespace
}  // namespace paddock::detail
