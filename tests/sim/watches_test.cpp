// Watches of the simulated ensemble, seen through the seam.
#include "tests/support/seam_fixture.hpp"

namespace paddock::testing {
namespace {

using Watches = SeamTest;

TEST_F(Watches, FireOnceAndBeforeTheReplyThatShowsTheChange) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a", "1"));
    user->get("/a", true);
    world.advance(2ms);
    EXPECT_EQ(ensemble.watches(1), 1u);
    user->set("/a", "2");
    user->get("/a", false);
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"get ok 1", "changed /a", "set ok", "get ok 2"}));
    EXPECT_EQ(ensemble.watches(), 0u);
    ASSERT_FALSE(ensemble.set_by_operator("/a", "3"));
    world.advance(1s);
    EXPECT_TRUE(user->news().empty());
}

TEST_F(Watches, DeletionReachesEveryWatcherOnce) {
    const auto one = connected();
    const auto two = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    one->get("/a", true);
    one->get("/a", true);
    two->get("/a", true);
    world.advance(2ms);
    one->news(), two->news();
    ASSERT_FALSE(ensemble.remove_by_operator("/a"));
    world.advance(1s);
    EXPECT_EQ(one->news(), lines{"deleted /a"});
    EXPECT_EQ(two->news(), lines{"deleted /a"});
}

TEST_F(Watches, ChildrenDoNotFireADataWatch) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->get("/a", true);
    world.advance(2ms);
    ASSERT_FALSE(ensemble.create_by_operator("/a/b"));
    world.advance(1s);
    EXPECT_EQ(user->news(), lines{"get ok"});
    EXPECT_EQ(ensemble.watches(), 1u);
}

TEST_F(Watches, ChildWatchFiresOnceWhenAChildComesOrGoes) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->children("/a", true);
    user->children("/a", true);
    world.advance(2ms);
    EXPECT_EQ(ensemble.child_watchers("/a"), 1u);
    EXPECT_EQ(ensemble.watchers("/a"), 0u);
    user->create("/a/b");
    user->create("/a/c");
    user->children("/a", true);
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"children ok", "children ok", "children_changed /a", "create ok /a/b",
                                   "create ok /a/c", "children ok b,c"}));
    ASSERT_FALSE(ensemble.remove_by_operator("/a/b"));
    ASSERT_FALSE(ensemble.remove_by_operator("/a/c"));
    world.advance(1s);
    EXPECT_EQ(user->news(), lines{"children_changed /a"});
    EXPECT_EQ(ensemble.watches(), 0u);
}

TEST_F(Watches, ChildWatchSeesNeitherDataNorGrandchildren) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    ASSERT_FALSE(ensemble.create_by_operator("/a/b"));
    user->children("/a", true);
    world.advance(2ms);
    user->news();
    ASSERT_FALSE(ensemble.set_by_operator("/a", "1"));
    ASSERT_FALSE(ensemble.set_by_operator("/a/b", "1"));
    ASSERT_FALSE(ensemble.create_by_operator("/a/b/c"));
    world.advance(1s);
    EXPECT_TRUE(user->news().empty());
    EXPECT_EQ(ensemble.child_watchers("/a"), 1u);
}

TEST_F(Watches, DeletionIsToldOnceForBothKinds) {
    const auto user = connected();
    const auto lister = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->children("/a", true);
    user->get("/a", true);
    lister->children("/a", true);
    world.advance(2ms);
    EXPECT_EQ(ensemble.watches(1), 2u);
    user->news(), lister->news();
    ASSERT_FALSE(ensemble.remove_by_operator("/a"));
    world.advance(1s);
    EXPECT_EQ(user->news(), lines{"deleted /a"});
    EXPECT_EQ(lister->news(), lines{"deleted /a"});
    EXPECT_EQ(ensemble.watches(), 0u);
}

TEST_F(Watches, EndOfASessionFiresChildWatches) {
    const auto user = connected();
    const auto other = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    other->create("/a/1", create_mode::ephemeral);
    other->create("/a/2", create_mode::ephemeral);
    world.advance(2ms);
    user->children("/a", true);
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"children ok 1,2"});
    ensemble.expire_session(other->session);
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"children_changed /a"});
}

TEST_F(Watches, OneKindIsRemovedAndTheOtherStays) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->get("/a", true);
    user->children("/a", true);
    world.advance(2ms);
    user->news();
    user->handle->remove_watch("/a", detail::watch_kind::children);
    world.advance(2ms);
    EXPECT_EQ(ensemble.watchers("/a"), 1u);
    EXPECT_EQ(ensemble.child_watchers("/a"), 0u);
    ASSERT_FALSE(ensemble.create_by_operator("/a/b"));
    ASSERT_FALSE(ensemble.set_by_operator("/a", "1"));
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"changed /a"});
    user->get("/a", true);
    user->children("/a", true);
    user->handle->remove_watch("/a", detail::watch_kind::data);
    ASSERT_FALSE(ensemble.set_by_operator("/a", "2"));
    world.advance(2ms);
    EXPECT_EQ(ensemble.watchers("/a"), 0u);
    EXPECT_EQ(ensemble.child_watchers("/a"), 1u);
    ASSERT_FALSE(ensemble.remove_by_operator("/a/b"));
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"get ok 2", "children ok b", "children_changed /a"}));
}

TEST_F(Watches, FailedListingLeavesNoWatch) {
    const auto user = connected();
    user->children("/a", true);
    world.advance(2ms);
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    ASSERT_FALSE(ensemble.create_by_operator("/a/b"));
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"children -101"});
    EXPECT_EQ(ensemble.watches(), 0u);
}

struct missed_case {
    const char* name;
    void (*meanwhile)(sim_ensemble&);
    std::vector<std::string> told;
    friend std::ostream& operator<<(std::ostream& os, const missed_case& c) { return os << c.name; }
};
class MissedEvent : public SeamTest, public ::testing::WithParamInterface<missed_case> {};
TEST_P(MissedEvent, ComesAfterTheReconnect) {
    const auto user = connected(30s);
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->get("/a", true);
    world.advance(2ms);
    ensemble.cut();
    GetParam().meanwhile(ensemble);
    world.settle();
    user->news();
    user->when_connected = [&] { user->exists("/"); };
    world.advance(1s);
    lines expected{"connected"};
    expected.insert(expected.end(), GetParam().told.begin(), GetParam().told.end());
    expected.emplace_back("exists ok");
    EXPECT_EQ(user->news(), expected);
    EXPECT_EQ(ensemble.watches(), GetParam().told.empty() ? 1u : 0u);
}
INSTANTIATE_TEST_SUITE_P(
    Table, MissedEvent,
    ::testing::Values(missed_case{"Nothing", [](sim_ensemble&) {}, {}},
                      missed_case{"Change",
                                  [](sim_ensemble& servers) { servers.set_by_operator("/a", "2"); },
                                  {"changed /a"}},
                      missed_case{"Deletion",
                                  [](sim_ensemble& servers) { servers.remove_by_operator("/a"); },
                                  {"deleted /a"}},
                      missed_case{"DeletedAndMadeAgain",
                                  [](sim_ensemble& servers) {
                                      servers.remove_by_operator("/a");
                                      servers.create_by_operator("/a");
                                  },
                                  {"changed /a"}}),
    [](const auto& test) { return std::string(test.param.name); });

class MissedChildEvent : public SeamTest, public ::testing::WithParamInterface<missed_case> {};
TEST_P(MissedChildEvent, ComesAfterTheReconnect) {
    const auto user = connected(30s);
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    ASSERT_FALSE(ensemble.create_by_operator("/a/b"));
    user->children("/a", true);
    world.advance(2ms);
    ensemble.cut();
    GetParam().meanwhile(ensemble);
    world.settle();
    user->news();
    user->when_connected = [&] { user->exists("/"); };
    world.advance(1s);
    lines expected{"connected"};
    expected.insert(expected.end(), GetParam().told.begin(), GetParam().told.end());
    expected.emplace_back("exists ok");
    EXPECT_EQ(user->news(), expected);
    EXPECT_EQ(ensemble.child_watchers("/a"), GetParam().told.empty() ? 1u : 0u);
}
INSTANTIATE_TEST_SUITE_P(
    Table, MissedChildEvent,
    ::testing::Values(missed_case{"Nothing", [](sim_ensemble&) {}, {}},
                      missed_case{
                          "Data", [](sim_ensemble& servers) { servers.set_by_operator("/a", "2"); }, {}},
                      missed_case{"NewChild",
                                  [](sim_ensemble& servers) { servers.create_by_operator("/a/c"); },
                                  {"children_changed /a"}},
                      missed_case{"ChildGone",
                                  [](sim_ensemble& servers) { servers.remove_by_operator("/a/b"); },
                                  {"children_changed /a"}},
                      missed_case{"SameChildAgain",
                                  [](sim_ensemble& servers) {
                                      servers.remove_by_operator("/a/b");
                                      servers.create_by_operator("/a/b");
                                  },
                                  {"children_changed /a"}},
                      missed_case{"Deletion",
                                  [](sim_ensemble& servers) {
                                      servers.remove_by_operator("/a/b");
                                      servers.remove_by_operator("/a");
                                  },
                                  {"deleted /a"}},
                      missed_case{"DeletedAndMadeAgain",
                                  [](sim_ensemble& servers) {
                                      servers.remove_by_operator("/a/b");
                                      servers.remove_by_operator("/a");
                                      servers.create_by_operator("/a");
                                  },
                                  {"children_changed /a"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(Watches, MissedDeletionIsToldOnceForBothKinds) {
    const auto user = connected(30s);
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->get("/a", true);
    user->children("/a", true);
    world.advance(2ms);
    ensemble.cut();
    ASSERT_FALSE(ensemble.remove_by_operator("/a"));
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"get ok", "children ok", "disconnected", "connected", "deleted /a"}));
    EXPECT_EQ(ensemble.watches(), 0u);
}

TEST_F(Watches, SurviveAReconnect) {
    const auto user = connected(30s);
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->get("/a", true);
    world.advance(2ms);
    ensemble.cut();
    world.advance(1s);
    user->news();
    ASSERT_FALSE(ensemble.remove_by_operator("/a"));
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"deleted /a"});
}

TEST_F(Watches, LostReplyLeavesNoWatch) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    ensemble.fail_next(request_kind::get, fault_position::after_commit);
    user->get("/a", true);
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"disconnected", "get 5 unknown", "connected"}));
    EXPECT_EQ(ensemble.watches(), 0u);
    ASSERT_FALSE(ensemble.remove_by_operator("/a"));
    world.advance(1s);
    EXPECT_TRUE(user->news().empty());
}

TEST_F(Watches, RemovedWatchIsForgottenOnBothSides) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->get("/a", true);
    world.advance(2ms);
    user->handle->remove_watch("/a", detail::watch_kind::data);
    ASSERT_FALSE(
        ensemble.set_by_operator("/a", "2"));  // the servers do not know yet: the event is on its way
    world.advance(2ms);
    EXPECT_EQ(user->news(), lines{"get ok"});
    EXPECT_EQ(ensemble.watches(), 0u);
    user->get("/a", true);
    user->handle->remove_watch("/a", detail::watch_kind::data);
    user->get("/a", true);
    world.advance(2ms);
    EXPECT_EQ(ensemble.watches(), 1u);
    ASSERT_FALSE(ensemble.set_by_operator("/a", "3"));
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"get ok 2", "get ok 2", "changed /a"}));
}

TEST_F(Watches, RemovalReachesTheServers) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->get("/a", true);
    world.advance(2ms);
    EXPECT_EQ(ensemble.watches(), 1u);
    user->handle->remove_watch("/a", detail::watch_kind::data);
    world.advance(2ms);
    EXPECT_EQ(ensemble.watches(), 0u);
    EXPECT_EQ(ensemble.requests(request_kind::remove_watch), 1u);
}

TEST_F(Watches, FailedGetLeavesNoWatchForTheNextConnection) {
    const auto user = connected();
    user->get("/missing", true);
    world.advance(2ms);
    ensemble.cut();
    world.advance(1s);
    EXPECT_EQ(user->news(), (lines{"get -101", "disconnected", "connected"}));
}

TEST_F(Watches, RemovedWhileDisconnectedStaysGone) {
    const auto user = connected();
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    user->get("/a", true);
    world.advance(2ms);
    ensemble.cut();
    world.settle();
    user->handle->remove_watch("/a", detail::watch_kind::data);
    world.advance(1s);
    EXPECT_EQ(ensemble.watches(), 0u);
    EXPECT_EQ(ensemble.requests(request_kind::remove_watch), 0u);
}

class WatchesOnThreeServers : public SeamTest {
protected:
    WatchesOnThreeServers() : SeamTest(on_three_servers()) {}
};

TEST_F(WatchesOnThreeServers, LaggingServerTellsLate) {
    ASSERT_FALSE(ensemble.create_by_operator("/a"));
    const auto user = connected();
    ensemble.lag(1s);
    user->get("/a", true);
    world.advance(2ms);
    user->news();
    ASSERT_FALSE(ensemble.remove_by_operator("/a"));
    world.advance(1s);
    EXPECT_TRUE(user->news().empty());
    user->exists("/a");
    world.advance(2ms);
    EXPECT_EQ(user->news(), (lines{"deleted /a", "exists -101"}));
}

TEST_F(Watches, TooManyKeepTheConnectionFromComingBack) {
    ensemble.options().max_request_bytes = 1'000;
    const auto user = connected(30s);
    for (int i = 0; i < 20; ++i) {
        const auto path = "/" + std::string(50, 'x') + std::to_string(i);
        ASSERT_FALSE(ensemble.create_by_operator(path));
        user->get(path, true);
    }
    world.advance(2ms);
    ensemble.cut();
    world.advance(1min);
    EXPECT_GT(ensemble.requests(request_kind::connect), 10u);
    EXPECT_EQ(user->news().back(), "disconnected");
}

}  // namespace
}  // namespace paddock::testing
