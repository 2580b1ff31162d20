#include "core/client/lane.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/client/gated_executor.hpp"

namespace paddock::testing {
namespace {

namespace asio = boost::asio;

class Lane : public ::testing::Test {
protected:
    template <class Function>
    void post(Function&& function) {
        asio::post(executor, std::forward<Function>(function));
    }
    auto says(const char* what) {
        return [this, what] { said.emplace_back(what); };
    }

    asio::io_context io;
    detail::lane own;
    detail::gated_executor<asio::io_context::executor_type> executor{io.get_executor(), own};
    std::vector<std::string> said;
};

TEST_F(Lane, WhatItsThreadPostsRunsBehindThePosterAndBeforeAllElse) {
    post([&] {
        post(says("second"));
        post(says("third"));
        said.emplace_back("first");
    });
    post(says("fourth"));
    EXPECT_EQ(io.run_one(), 1u);
    EXPECT_EQ(said, (std::vector<std::string>{"first", "second", "third"}));
    io.run();
    EXPECT_EQ(said.back(), "fourth");
}

TEST_F(Lane, AChainWithoutEndLetsOthersHaveTheirTurn) {
    long links = 0;
    bool others = false;
    std::function<void()> next = [&] {
        ++links;
        if (!others) post(next);
    };
    post(next);
    asio::post(io, [&] { others = true; });
    io.run();
    EXPECT_TRUE(others);
    EXPECT_GT(links, 1);
}

// What is left over is before what is posted later, and nothing is drained twice.
TEST_F(Lane, KeepsTheOrderOverItsBound) {
    std::vector<int> order;
    constexpr int count = 2000;
    post([&] {
        for (int i = 0; i < count; ++i) {
            post([&, i] {
                order.push_back(i);
                const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(5);
                while (std::chrono::steady_clock::now() < end) {
                }
            });
        }
    });
    std::size_t turns = 0;
    while (io.run_one() > 0) {
        ++turns;
        if (turns == 1) {
            EXPECT_LT(order.size(), std::size_t(count)) << "it has no bound";
            post([&] { order.push_back(count); });
        }
    }
    EXPECT_GT(turns, 1u);
    ASSERT_EQ(order.size(), std::size_t(count) + 1);
    for (int i = 0; i <= count; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST_F(Lane, WhatIsDispatchedRunsInside) {
    post([&] {
        asio::dispatch(executor, says("inside"));
        said.emplace_back("outside");
    });
    io.run();
    EXPECT_EQ(said, (std::vector<std::string>{"inside", "outside"}));
}

}  // namespace
}  // namespace paddock::testing
