// Many questions, of which only some are under way at once.
#include "core/ask_all.hpp"

#include <exception>
#include <utility>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace paddock::detail {
namespace {

/// A server that answers the questions under way in reverse order.
class AskAll : public ::testing::Test {
protected:
    /// Asks `count`; the answer to question `last` says to stop.
    void ask(std::size_t count, std::size_t last = SIZE_MAX) {
        const asker<stat_reply> send = [this](std::size_t i, reply_to<stat_reply> done) {
            open_.emplace_back(i, std::move(done));
        };
        const taker<stat_reply> take = [this, last](std::size_t i, const stat_reply& answer) {
            EXPECT_EQ(answer.node.version, static_cast<std::int32_t>(i));
            taken.push_back(i);
            return i != last;
        };
        const auto asking = [&] { return ask_all<stat_reply>(io_.get_executor(), count, send, take); };
        bool done = false;
        asio::co_spawn(io_, asking(), [&](std::exception_ptr failure) {
            EXPECT_FALSE(failure);
            done = true;
        });
        for (io_.poll(); !open_.empty(); io_.restart(), io_.poll()) {
            most = std::max(most, open_.size());
            for (; !open_.empty(); open_.pop_back()) {
                stat_reply answer;
                answer.node.version = static_cast<std::int32_t>(open_.back().first);
                open_.back().second(answer);
            }
        }
        EXPECT_TRUE(done);
    }

    std::vector<std::size_t> taken;
    std::size_t most = 0;  // under way at once

private:
    boost::asio::io_context io_;
    std::vector<std::pair<std::size_t, reply_to<stat_reply>>> open_;
};

TEST_F(AskAll, AnswersComeInOrderAndFewAreUnderWay) {
    ask(200);
    ASSERT_EQ(taken.size(), 200u);
    for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], i);
    EXPECT_LT(most, 200u);
    EXPECT_GT(most, 1u);
}

TEST_F(AskAll, StopsBehindWhatIsUnderWay) {
    ask(200, 3);
    EXPECT_EQ(taken.size(), most) << "each is answered, and no more are asked";
}

TEST_F(AskAll, NothingIsAskedOfNobody) {
    ask(0);
    EXPECT_TRUE(taken.empty());
}

}  // namespace
}  // namespace paddock::detail
