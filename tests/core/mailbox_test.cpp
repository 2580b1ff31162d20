// Waiting of coroutines for wake-ups and replies.
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "core/mailbox.hpp"

namespace paddock::detail {
namespace {

class Mailbox : public ::testing::Test {
protected:
    void run() {
        io.restart();
        io.poll();
    }
    asio::io_context io;
    int woken = 0;
};

asio::awaitable<void> wait_once(wake_event& event, int& woken) {
    co_await event.wait();
    ++woken;
}

asio::awaitable<void> take_once(mailbox<std::string> from, std::string& into, int& woken) {
    std::string taken = co_await from.take();
    into = std::move(taken);
    ++woken;
}

TEST_F(Mailbox, NotifyWakesTheWaiter) {
    wake_event event(io.get_executor());
    asio::co_spawn(io, wait_once(event, woken), asio::detached);
    run();
    EXPECT_EQ(woken, 0);
    event.notify();
    EXPECT_EQ(woken, 0) << "never inside the call";
    run();
    EXPECT_EQ(woken, 1);
}

TEST_F(Mailbox, EarlyNotifyIsRemembered) {
    wake_event event(io.get_executor());
    event.notify();
    asio::co_spawn(io, wait_once(event, woken), asio::detached);
    run();
    EXPECT_EQ(woken, 1);
    asio::co_spawn(io, wait_once(event, woken), asio::detached);
    run();
    EXPECT_EQ(woken, 1) << "once only";
    event.notify();
    run();
    EXPECT_EQ(woken, 2);
}

TEST_F(Mailbox, SeveralNotifiesAreOneWakeUp) {
    wake_event event(io.get_executor());
    asio::co_spawn(io, wait_once(event, woken), asio::detached);
    run();
    event.notify();
    event.notify();
    run();
    EXPECT_EQ(woken, 1);
    asio::co_spawn(io, wait_once(event, woken), asio::detached);
    run();
    EXPECT_EQ(woken, 1);
    event.notify();
    run();
}

TEST_F(Mailbox, ReplyBeforeOrAfterTheTake) {
    for (const bool early : {true, false}) {
        woken = 0;
        std::string got;
        const mailbox<std::string> box(io.get_executor());
        const auto sink = box.sink();
        if (early) sink("hello");
        asio::co_spawn(io, take_once(box, got, woken), asio::detached);
        run();
        EXPECT_EQ(woken, early ? 1 : 0);
        if (!early) sink("hello");
        run();
        EXPECT_EQ(woken, 1);
        EXPECT_EQ(got, "hello");
    }
}

TEST_F(Mailbox, SinkOutlivesTheBox) {
    std::function<void(std::string)> sink;
    {
        const mailbox<std::string> box(io.get_executor());
        sink = box.sink();
    }
    sink("nobody reads this");
    run();
}

}  // namespace
}  // namespace paddock::detail
