// Where a leader's coroutine runs, with real threads.
#include "recipes/leader/selector/running_function.hpp"

#include <exception>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/system_executor.hpp>

namespace paddock::detail {
namespace {

// The system executor runs what is dispatched at once, on the thread that dispatches: that would be core's.
TEST(RunningFunction, ACoroutineBeginsOnAThreadOfTheSystemExecutor) {
    std::promise<std::thread::id> where;
    function_as_coroutine function(boost::asio::system_executor(),
                                   [&](leader_term) -> boost::asio::awaitable<void> {
                                       where.set_value(std::this_thread::get_id());
                                       co_return;
                                   });
    std::promise<bool> ended;
    function.run({}, [&](bool ran) { ended.set_value(ran); });
    EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
    EXPECT_TRUE(ended.get_future().get());
}

}  // namespace
}  // namespace paddock::detail
