#include <gtest/gtest.h>

#include "integration/support/fault_proxy.hpp"
#include "integration/support/shared_servers.hpp"
#include "integration/zk_handle_fixture.hpp"

namespace paddock::testing {
namespace {

using detail::fate;
using std::chrono::milliseconds;
using std::chrono::seconds;
using clock = std::chrono::steady_clock;

class ZkHandleClose : public ::testing::Test {
protected:
    zk_ensemble& zk = shared_standalone();

    void SetUp() override { ASSERT_TRUE(session.events().wait(happened::connected)); }

    handle_under_test session{zk.connect_string(), seconds(10)};
};

TEST_F(ZkHandleClose, EndsTheSessionAtTheServer) {
    ASSERT_EQ(session.create("/closed", "", create_mode::ephemeral).ec, error_code());
    EXPECT_TRUE(session.close());
    EXPECT_EQ(zk.connect().exists("/closed"), no_node);
    EXPECT_EQ(session.events().count(happened::disconnected), 0u);
    const auto late = session.exists("/closed");
    EXPECT_EQ(late.what, fate::not_sent);
}

TEST_F(ZkHandleClose, AnswersWhatIsPendingFirst) {
    std::vector<std::string> order;
    std::promise<void> closed;
    session.on_reactor([&] {
        for (int i = 0; i < 100; ++i) {
            session.handle_->exists("/", [&](const detail::reply& answer) {
                order.push_back(answer.what == fate::answered ? "answered" : "other");
            });
        }
        session.handle_->close([&] {
            order.push_back("closed");
            closed.set_value();
        });
        session.handle_->exists("/", [&](const detail::reply& answer) {
            order.push_back(answer.what == fate::not_sent ? "refused" : "other");
        });
        EXPECT_TRUE(order.empty());
    });
    ASSERT_EQ(closed.get_future().wait_for(default_wait), std::future_status::ready);
    ASSERT_EQ(order.size(), 102u);
    EXPECT_EQ(std::ranges::count(order, "answered"), 100);
    EXPECT_EQ(order.back(), "closed");
}

TEST_F(ZkHandleClose, DoesNotWaitForAFrozenServer) {
    zk.freeze(0);
    auto pending = session.ask<detail::stat_reply>([](auto& api, auto done) { api.exists("/", done); });
    auto longest = clock::duration::zero();
    auto closed = std::async(std::launch::async, [&] { return session.close(seconds(1)); });
    while (closed.wait_for(milliseconds(0)) != std::future_status::ready) {
        const auto before = clock::now();
        session.on_reactor([] {});
        longest = std::max(longest, clock::now() - before);
    }
    EXPECT_TRUE(closed.get());
    EXPECT_EQ(pending.get().what, fate::unknown);
    EXPECT_LT(longest, milliseconds(1000));  // the library's own close takes 1.5 s at least
    zk.thaw(0);
}

TEST_F(ZkHandleClose, IsPromptWithoutAServer) {
    fault_proxy proxy(zk.server(0).host(), zk.server(0).port());
    proxy.block();
    handle_under_test never(proxy.address());
    EXPECT_TRUE(never.close(milliseconds(500)));
    handle_under_test nameless("no-such-host.invalid:2181");
    EXPECT_TRUE(nameless.close(milliseconds(500)));
}

TEST_F(ZkHandleClose, WorksInsideAReply) {
    std::promise<void> closed;
    session.on_reactor([&] {
        session.handle_->exists(
            "/", [&](const detail::reply&) { session.handle_->close([&] { closed.set_value(); }); });
    });
    EXPECT_EQ(closed.get_future().wait_for(default_wait), std::future_status::ready);
}

TEST_F(ZkHandleClose, GoesOnWithoutTheHandle) {
    ASSERT_EQ(session.create("/closed-alone", "", create_mode::ephemeral).ec, error_code());
    std::promise<void> closed;
    session.on_reactor([&] {
        session.handle_->close([&] { closed.set_value(); });
        session.handle_.reset();
    });
    EXPECT_EQ(closed.get_future().wait_for(default_wait), std::future_status::ready);
    EXPECT_EQ(zk.connect().exists("/closed-alone"), no_node);
}

TEST_F(ZkHandleClose, DestructionLeavesTheSession) {
    ASSERT_EQ(session.create("/left", "", create_mode::ephemeral).ec, error_code());
    const std::int64_t id = session.session_id();
    std::vector<fate> ends;
    bool inside = true;
    session.on_reactor([&] {
        for (int i = 0; i < 3; ++i) {
            session.handle_->exists("/left", [&](const detail::reply& answer) {
                EXPECT_FALSE(inside);
                ends.push_back(answer.what);
            });
        }
        session.handle_.reset();
        inside = false;
    });
    EXPECT_TRUE(eventually([&] { return session.on_reactor([&] { return ends.size(); }) == 3; }));
    EXPECT_EQ(zk.connect().exists("/left"), ok);
    EXPECT_EQ(session.events().count(happened::disconnected), 0u);
    EXPECT_TRUE(zk.connect(0, identity_of(id)).attached());
    EXPECT_TRUE(zk.close_session(identity_of(id)));
}

TEST_F(ZkHandleClose, TheHandleMayBeDestroyedInAnyCallback) {
    for (const happened when :
         {happened::connected, happened::disconnected, happened::ended, happened::watch}) {
        fault_proxy proxy(zk.server(0).host(), zk.server(0).port());
        proxy.block();
        handle_under_test victim(proxy.address());
        std::atomic<int> replies = 0;
        std::atomic<bool> gone = false;
        victim.events().hook = [&](const session_note& note) {
            if (note.what != when) return;
            for (int i = 0; i < 3; ++i) victim.handle_->exists("/", [&](const detail::reply&) { ++replies; });
            victim.handle_.reset();
            gone = true;
        };
        proxy.unblock();
        ASSERT_TRUE(victim.events().wait(happened::connected));
        if (when == happened::watch) {
            EXPECT_EQ(victim.create("/victim", "", create_mode::ephemeral).ec, error_code());
            EXPECT_EQ(victim.get("/victim", true).ec, error_code());
            zk.connect().set_data("/victim", "x");
        } else if (when == happened::disconnected) {
            proxy.cut_all();
        } else if (when == happened::ended) {
            ASSERT_TRUE(zk.close_session(identity_of(victim.session_id())));
        }
        EXPECT_TRUE(eventually([&] { return gone && replies == 3; })) << static_cast<int>(when);
        const std::size_t notes = victim.events().notes().size();
        victim.on_reactor([] {});
        EXPECT_EQ(victim.events().notes().size(), notes);
    }
}

TEST_F(ZkHandleClose, TheHandleMayBeDestroyedInAReply) {
    std::atomic<int> replies = 0;
    session.on_reactor([&] {
        for (int i = 0; i < 10; ++i) {
            session.handle_->exists("/", [&, i](const detail::reply&) {
                ++replies;
                if (i == 4) session.handle_.reset();
            });
        }
    });
    EXPECT_TRUE(eventually([&] { return replies == 10; }));
}

}  // namespace
}  // namespace paddock::testing
