#include "core/session/listing_window.hpp"

#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace paddock::detail {
namespace {

struct visitor {
    explicit visitor(const asio::any_io_executor& executor) : party(executor) {}
    waiting_party party;
    listing_window::place place;
    bool answered = false;
};

asio::awaitable<void> visit(listing_window& window, visitor& who) {
    who.place = co_await window.enter(who.party);
    who.answered = true;
}

class ListingWindow : public ::testing::Test {
protected:
    visitor& arrive() {
        visitor& next = *visitors_.emplace_back(std::make_unique<visitor>(context_.get_executor()));
        asio::co_spawn(context_, visit(window_, next),
                       [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
        run();
        return next;
    }
    void run() {
        context_.restart();
        context_.poll();
    }

    asio::io_context context_;
    listing_window window_;
    std::vector<std::unique_ptr<visitor>> visitors_;
};

TEST_F(ListingWindow, ShortListingsGoManyAtATime) {
    window_.seen(10);
    for (int i = 0; i < 256; ++i) EXPECT_TRUE(arrive().place);
    EXPECT_FALSE(arrive().answered);
}

TEST_F(ListingWindow, LongListingsGoFewAtATimeAndInOrder) {
    window_.seen(1'000'000);
    for (int i = 0; i < 6; ++i) arrive();
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(visitors_[i]->answered, i < 4) << i;
    visitors_[2]->place.reset();
    run();
    EXPECT_TRUE(visitors_[4]->place);
    EXPECT_FALSE(visitors_[5]->answered);
    EXPECT_FALSE(arrive().answered);  // behind the one that waits
    visitors_[0]->place.reset();
    run();
    EXPECT_TRUE(visitors_[5]->place);
    EXPECT_FALSE(visitors_[6]->answered);
}

TEST_F(ListingWindow, WhoGivesUpLeavesWithoutAPlace) {
    window_.seen(1'000'000);
    for (int i = 0; i < 6; ++i) arrive();
    visitors_[4]->party.given_up = true;
    visitors_[4]->party.wake.notify();
    run();
    EXPECT_TRUE(visitors_[4]->answered);
    EXPECT_FALSE(visitors_[4]->place);
    visitors_[0]->place.reset();
    run();
    EXPECT_TRUE(visitors_[5]->place);
}

TEST_F(ListingWindow, PlacesMayOutliveTheWindow) {
    listing_window::place kept;
    {
        auto brief = std::make_unique<listing_window>();
        visitor& one = *visitors_.emplace_back(std::make_unique<visitor>(context_.get_executor()));
        asio::co_spawn(context_, visit(*brief, one), [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
        run();
        kept = std::move(one.place);
    }
    EXPECT_TRUE(kept);
}

}  // namespace
}  // namespace paddock::detail
