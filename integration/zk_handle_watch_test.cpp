#include <gtest/gtest.h>

#include "integration/support/fault_proxy.hpp"
#include "integration/support/shared_servers.hpp"
#include "integration/zk_handle_fixture.hpp"

namespace paddock::testing {
namespace {

using detail::watch_event;
using detail::watch_kind;

class ZkHandleWatch : public ::testing::Test {
protected:
    zk_ensemble& zk = shared_standalone();
    fault_proxy proxy{zk.server(0).host(), zk.server(0).port()};
    handle_under_test session{proxy.address()};
    raw_client other = zk.connect();

    void SetUp() override {
        ASSERT_TRUE(session.events().wait(happened::connected));
        ASSERT_EQ(other.create("/watched", "0", create_flags::ephemeral), ok);
    }
    void TearDown() override { other.close_session(); }

    /// All that the server had to say before has arrived.
    void flush() { session.sync("/"); }
    void reconnect() {
        const std::size_t connects = session.events().count(happened::connected);
        proxy.cut_all();
        ASSERT_TRUE(session.events().wait(happened::connected, connects + 1));
    }
    std::size_t server_watches() { return zk.watch_count(0).value_or(99); }
};

TEST_F(ZkHandleWatch, FiresOnce) {
    EXPECT_EQ(session.get("/watched", true).data, "0");
    EXPECT_EQ(session.get("/watched", true).data, "0");  // the same watch
    other.set_data("/watched", "1");
    ASSERT_TRUE(session.events().wait(happened::watch));
    EXPECT_EQ(session.events().last(happened::watch).path, "/watched");
    EXPECT_EQ(session.events().last(happened::watch).event, watch_event::changed);
    other.set_data("/watched", "2");
    flush();
    EXPECT_EQ(session.events().count(happened::watch), 1u);
    EXPECT_EQ(session.get("/watched", true).data, "2");
    other.remove("/watched");
    ASSERT_TRUE(session.events().wait(happened::watch, 2));
    EXPECT_EQ(session.events().last(happened::watch).event, watch_event::deleted);
}

TEST_F(ZkHandleWatch, IsLeftOnlyByASuccessfulAnswer) {
    EXPECT_TRUE(session.get("/not-there", true).ec);
    session.get("/watched", false);
    flush();
    EXPECT_EQ(server_watches(), 0u);
}

TEST_F(ZkHandleWatch, SurvivesAReconnect) {
    session.get("/watched", true);
    reconnect();
    flush();
    EXPECT_EQ(server_watches(), 1u);
    EXPECT_EQ(session.events().count(happened::watch), 0u);
    other.set_data("/watched", "1");
    EXPECT_TRUE(session.events().wait(happened::watch));
}

TEST_F(ZkHandleWatch, TellsWhatWasMissed) {
    session.get("/watched", true);
    proxy.block();
    proxy.cut_all();
    ASSERT_TRUE(session.events().wait(happened::disconnected));
    other.remove("/watched");
    proxy.unblock();
    ASSERT_TRUE(session.events().wait(happened::watch));
    EXPECT_EQ(session.events().last(happened::watch).event, watch_event::deleted);
    EXPECT_EQ(session.events().notes()[2].what, happened::connected);
}

TEST_F(ZkHandleWatch, IsNotSetByALostReply) {
    const auto fault = proxy.inject({.at = position::rep, .op = opcode::get_data});
    EXPECT_EQ(session.get("/watched", true).what, detail::fate::unknown);
    ASSERT_TRUE(session.events().wait(happened::connected, 2));
    flush();
    EXPECT_EQ(server_watches(), 0u);
}

TEST_F(ZkHandleWatch, CanBeRemoved) {
    session.get("/watched", true);
    EXPECT_EQ(server_watches(), 1u);
    session.remove_watch("/watched");
    session.remove_watch("/watched");
    flush();
    EXPECT_EQ(server_watches(), 0u);
    session.get("/watched", true);
    EXPECT_EQ(server_watches(), 1u);
    other.set_data("/watched", "1");
    EXPECT_TRUE(session.events().wait(happened::watch));
}

TEST_F(ZkHandleWatch, CanBeRemovedBeforeItIsSet) {
    for (const bool wanted_again : {false, true}) {
        session.on_reactor([&] {
            session.handle_->get("/watched", true, {});
            session.handle_->remove_watch("/watched", watch_kind::data);
            if (wanted_again) session.handle_->get("/watched", true, {});
        });
        EXPECT_TRUE(eventually([&] {
            flush();
            return server_watches() == (wanted_again ? 1u : 0u);
        }));
    }
}

// Found by integration.fidelity: the removal waits for the second get, and the event comes first.
TEST_F(ZkHandleWatch, RemovedWatchDoesNotFireWhileItsRemovalWaits) {
    session.get("/watched", true);
    session.on_reactor([&] {
        session.handle_->set("/watched", "1", -1, {});
        session.handle_->get("/watched", true, {});
        session.handle_->remove_watch("/watched", watch_kind::data);
    });
    flush();
    flush();
    EXPECT_EQ(session.events().count(happened::watch), 0u);
    EXPECT_EQ(server_watches(), 0u);
}

TEST_F(ZkHandleWatch, CanBeRemovedAndSetInOneTurn) {
    session.get("/watched", true);
    session.on_reactor([&] {
        session.handle_->remove_watch("/watched", watch_kind::data);
        session.handle_->get("/watched", true, {});
    });
    flush();
    EXPECT_EQ(server_watches(), 1u);
    other.set_data("/watched", "1");
    EXPECT_TRUE(session.events().wait(happened::watch));
    flush();
    EXPECT_EQ(session.events().count(happened::watch), 1u);
}

TEST_F(ZkHandleWatch, CanBeRemovedWhileDisconnected) {
    session.get("/watched", true);
    proxy.block();
    proxy.cut_all();
    ASSERT_TRUE(session.events().wait(happened::disconnected));
    session.remove_watch("/watched");
    proxy.unblock();
    ASSERT_TRUE(session.events().wait(happened::connected, 2));
    flush();
    EXPECT_EQ(server_watches(), 0u);
}

TEST_F(ZkHandleWatch, StaysRemovedWhenTheAnswerIsLost) {
    session.get("/watched", true);
    const auto fault = proxy.inject({.at = position::rep, .op = opcode::remove_watches});
    session.remove_watch("/watched");
    ASSERT_TRUE(session.events().wait(happened::connected, 2));
    flush();
    EXPECT_TRUE(fault->wait_hits(1));
    EXPECT_EQ(server_watches(), 0u);
}

TEST_F(ZkHandleWatch, FivehundredOfThemSurviveAReconnect) {
    constexpr std::size_t watches = 500;
    const std::string directory = "/watched-many";
    ASSERT_EQ(other.create(directory), ok);
    for (std::size_t i = 0; i < watches; ++i) {
        ASSERT_EQ(other.create(directory + "/" + std::to_string(i), "", create_flags::ephemeral), ok);
    }
    session.on_reactor([&] {
        for (std::size_t i = 0; i < watches; ++i) {
            session.handle_->get(directory + "/" + std::to_string(i), true, {});
        }
    });
    flush();
    reconnect();
    flush();
    EXPECT_EQ(server_watches(), watches);
    for (std::size_t i = 0; i < watches; ++i) other.remove(directory + "/" + std::to_string(i));
    other.remove(directory);
    EXPECT_TRUE(session.events().wait(happened::watch, watches));
    flush();
    EXPECT_EQ(session.events().count(happened::watch), watches);
    EXPECT_EQ(server_watches(), 0u);
}

class ZkHandleChildWatch : public ZkHandleWatch {
protected:
    void SetUp() override {
        ASSERT_TRUE(session.events().wait(happened::connected));
        ASSERT_EQ(other.create("/listed"), ok);
    }
    void TearDown() override {
        for (const auto& name : other.children("/listed")) other.remove("/listed/" + name);
        other.remove("/listed");
        ZkHandleWatch::TearDown();
    }
    watch_event last_event() { return session.events().last(happened::watch).event; }
};

TEST_F(ZkHandleChildWatch, FiresOnceWhenAChildComesOrGoes) {
    session.children("/listed", true);
    EXPECT_TRUE(session.children("/listed", true).names.empty());  // the same watch
    EXPECT_EQ(server_watches(), 1u);
    ASSERT_EQ(other.create("/listed/a"), ok);
    ASSERT_TRUE(session.events().wait(happened::watch));
    EXPECT_EQ(session.events().last(happened::watch).path, "/listed");
    EXPECT_EQ(last_event(), watch_event::children_changed);
    ASSERT_EQ(other.create("/listed/b"), ok);
    flush();
    EXPECT_EQ(session.events().count(happened::watch), 1u);
    EXPECT_EQ(session.children("/listed", true).names.size(), 2u);
    other.set_data("/listed", "1");
    other.set_data("/listed/a", "1");
    flush();
    EXPECT_EQ(session.events().count(happened::watch), 1u);
    other.remove("/listed/a");
    ASSERT_TRUE(session.events().wait(happened::watch, 2));
    EXPECT_EQ(last_event(), watch_event::children_changed);
}

TEST_F(ZkHandleChildWatch, IsLeftOnlyByASuccessfulAnswer) {
    EXPECT_TRUE(session.children("/not-there", true).ec);
    session.children("/listed", false);
    flush();
    EXPECT_EQ(server_watches(), 0u);
}

TEST_F(ZkHandleChildWatch, SurvivesAReconnect) {
    session.children("/listed", true);
    reconnect();
    flush();
    EXPECT_EQ(server_watches(), 1u);
    EXPECT_EQ(session.events().count(happened::watch), 0u);
    ASSERT_EQ(other.create("/listed/a"), ok);
    EXPECT_TRUE(session.events().wait(happened::watch));
}

TEST_F(ZkHandleChildWatch, TellsWhatWasMissed) {
    session.children("/listed", true);
    proxy.block();
    proxy.cut_all();
    ASSERT_TRUE(session.events().wait(happened::disconnected));
    ASSERT_EQ(other.create("/listed/a"), ok);
    other.remove("/listed/a");
    proxy.unblock();
    ASSERT_TRUE(session.events().wait(happened::watch));
    EXPECT_EQ(last_event(), watch_event::children_changed);
    flush();
    EXPECT_EQ(session.events().count(happened::watch), 1u);
}

TEST_F(ZkHandleChildWatch, DeletionIsToldOnceForBothKinds) {
    for (const bool missed : {false, true}) {
        const std::size_t before = session.events().count(happened::watch);
        session.get("/listed", true);
        session.children("/listed", true);
        EXPECT_EQ(server_watches(), 2u);
        if (missed) {
            proxy.block();
            proxy.cut_all();
            ASSERT_TRUE(session.events().wait(happened::disconnected));
        }
        other.remove("/listed");
        proxy.unblock();
        ASSERT_TRUE(session.events().wait(happened::watch, before + 1));
        EXPECT_EQ(last_event(), watch_event::deleted);
        flush();
        EXPECT_EQ(session.events().count(happened::watch), before + 1);
        EXPECT_EQ(server_watches(), 0u);
        ASSERT_EQ(other.create("/listed"), ok);
    }
}

TEST_F(ZkHandleChildWatch, DeletionFiresAChildWatchAlone) {
    session.children("/listed", true);
    other.remove("/listed");
    ASSERT_TRUE(session.events().wait(happened::watch));
    EXPECT_EQ(last_event(), watch_event::deleted);
}

TEST_F(ZkHandleChildWatch, OneKindIsRemovedAndTheOtherStays) {
    for (const watch_kind kind : {watch_kind::data, watch_kind::children}) {
        const std::size_t before = session.events().count(happened::watch);
        session.get("/listed", true);
        session.children("/listed", true);
        session.remove_watch("/listed", kind);
        flush();
        EXPECT_EQ(server_watches(), 1u);
        reconnect();
        flush();
        EXPECT_EQ(server_watches(), 1u);
        other.set_data("/listed", "1");
        ASSERT_EQ(other.create("/listed/a"), ok);
        other.remove("/listed/a");
        ASSERT_TRUE(session.events().wait(happened::watch, before + 1));
        EXPECT_EQ(last_event(),
                  kind == watch_kind::data ? watch_event::children_changed : watch_event::changed);
        flush();
        EXPECT_EQ(session.events().count(happened::watch), before + 1);
    }
}

// The event comes once for both, and is not to be lost with the kind that nobody wants any more.
TEST_F(ZkHandleChildWatch, DeletionReachesTheKindThatStays) {
    session.get("/listed", true);
    session.children("/listed", true);
    session.on_reactor([&] {
        session.handle_->remove("/listed", -1, {});
        session.handle_->get("/listed", true, {});
        session.handle_->remove_watch("/listed", watch_kind::data);
    });
    ASSERT_TRUE(session.events().wait(happened::watch));
    EXPECT_EQ(last_event(), watch_event::deleted);
    flush();
    EXPECT_EQ(session.events().count(happened::watch), 1u);
    EXPECT_EQ(server_watches(), 0u);
    ASSERT_EQ(other.create("/listed"), ok);
}

TEST_F(ZkHandleChildWatch, CanBeRemovedBeforeItIsSet) {
    for (const bool wanted_again : {false, true}) {
        session.on_reactor([&] {
            session.handle_->children("/listed", true, {});
            session.handle_->remove_watch("/listed", watch_kind::children);
            if (wanted_again) session.handle_->children("/listed", true, {});
        });
        EXPECT_TRUE(eventually([&] {
            flush();
            return server_watches() == (wanted_again ? 1u : 0u);
        }));
    }
}

}  // namespace
}  // namespace paddock::testing
