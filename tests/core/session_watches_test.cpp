// Watches of a session, and what it tells those who wait for them.
#include "core/session/session.hpp"
#include "tests/support/seam_fixture.hpp"

namespace paddock::testing {
namespace {

using detail::children_reply;
using detail::get_reply;
using detail::watch_ticket;

class SessionWatches : public SeamTest, public detail::session_owner {
protected:
    SessionWatches() {
        detail::session_settings settings;
        settings.parameters.servers = "simulated:2181";
        settings.parameters.timeout = 30s;
        session = std::make_shared<detail::session>(world, settings, *this, totals);
        session->start();
        EXPECT_TRUE(world.run_until([this] { return session->connected(); }, 1s));
        EXPECT_FALSE(ensemble.create_by_operator("/a"));
    }
    ~SessionWatches() override {
        bool closed = false;
        session->close(errc::client_closed, loss_reason::client_closed, [&] { closed = true; });
        EXPECT_TRUE(world.run_until([&] { return closed; }, 10s));
    }
    watch_ticket watch_data() {
        return session->watch(
            "/a", [this] { ++data_fired; }, [this](const get_reply& got) { ec = got.ec; });
    }
    watch_ticket watch_children(const std::string& path = "/a") {
        return session->watch_children(
            path, [this] { ++children_fired; },
            [this](const children_reply& got) {
                ec = got.ec;
                names = got.names;
            });
    }

    const std::shared_ptr<client_stats> totals = std::make_shared<client_stats>();
    std::shared_ptr<detail::session> session;
    std::optional<error_code> ec;
    std::vector<std::string> names;
    int data_fired = 0;
    int children_fired = 0;

private:
    void on_session_change(detail::session&, session_state, error_code) override {}
};

TEST_F(SessionWatches, ListsAndTellsOnceOfTheNextChange) {
    ASSERT_FALSE(ensemble.create_by_operator("/a/b"));
    const auto ticket = watch_children();
    world.advance(2ms);
    EXPECT_EQ(ec, error_code());
    EXPECT_EQ(names, lines{"b"});
    EXPECT_EQ(ensemble.child_watchers("/a"), 1u);
    ASSERT_FALSE(ensemble.set_by_operator("/a", "1"));
    world.advance(2ms);
    EXPECT_EQ(children_fired, 0);
    ASSERT_FALSE(ensemble.create_by_operator("/a/c"));
    ASSERT_FALSE(ensemble.create_by_operator("/a/d"));
    world.advance(2ms);
    EXPECT_EQ(children_fired, 1);
    EXPECT_EQ(session->watches().bytes(), 0u);
}

TEST_F(SessionWatches, DeletionIsToldToBothKinds) {
    const auto one = watch_data();
    const auto two = watch_children();
    world.advance(2ms);
    EXPECT_EQ(session->watches().bytes(), 12u);
    ASSERT_FALSE(ensemble.remove_by_operator("/a"));
    world.advance(2ms);
    EXPECT_EQ(data_fired, 1);
    EXPECT_EQ(children_fired, 1);
}

TEST_F(SessionWatches, TicketRemovesItsOwnKind) {
    const auto one = watch_data();
    auto two = watch_children();
    world.advance(2ms);
    two.reset();
    world.advance(2ms);
    EXPECT_EQ(ensemble.watchers("/a"), 1u);
    EXPECT_EQ(ensemble.child_watchers("/a"), 0u);
    ASSERT_FALSE(ensemble.remove_by_operator("/a"));
    world.advance(2ms);
    EXPECT_EQ(data_fired, 1);
    EXPECT_EQ(children_fired, 0);
}

TEST_F(SessionWatches, FailedListingLeavesNone) {
    const auto ticket = watch_children("/missing");
    EXPECT_GT(session->watches().bytes(), 0u) << "it is to be counted before it is sent";
    world.advance(2ms);
    EXPECT_EQ(ec, error_code(server_errc::no_node));
    EXPECT_EQ(session->watches().bytes(), 0u);
    EXPECT_EQ(ensemble.watches(), 0u);
}

TEST_F(SessionWatches, NothingIsWatchedWithoutAConnection) {
    ensemble.refuse_connections(true);
    ensemble.cut();
    world.settle();
    ASSERT_FALSE(session->connected());
    const auto ticket = watch_children();
    EXPECT_EQ(ticket, nullptr);
    world.settle();
    EXPECT_EQ(ec, error_code(errc::outcome_unknown));
    ensemble.refuse_connections(false);
}

TEST_F(SessionWatches, EndOfTheSessionIsToldToo) {
    const auto ticket = watch_children();
    world.advance(2ms);
    ensemble.expire_session(session->id());
    EXPECT_TRUE(world.run_until([this] { return session->ended(); }, 10s));
    EXPECT_EQ(children_fired, 1);
}

}  // namespace
}  // namespace paddock::testing
