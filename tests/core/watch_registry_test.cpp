// Who waits for which path on one session.
#include <gtest/gtest.h>

#include "core/session/watch_registry.hpp"

namespace paddock::detail {
namespace {

class WatchRegistry : public ::testing::Test {
protected:
    static constexpr watch_kind data = watch_kind::data;
    static constexpr watch_kind children = watch_kind::children;

    watch_ticket announce(const std::string& path, int& fired, watch_kind kind = data) {
        return registry->announce(path, kind, [&fired] { ++fired; });
    }
    std::vector<std::string> removed;
    std::shared_ptr<watch_registry> registry =
        std::make_shared<watch_registry>([this](const std::string& path, watch_kind kind) {
            removed.push_back(path + (kind == children ? " children" : ""));
        });
    int first = 0;
    int second = 0;
};

TEST_F(WatchRegistry, FiresOnce) {
    const auto ticket = announce("/a", first);
    registry->answered("/a", data, true);
    registry->fire("/a", data);
    registry->fire("/a", data);
    EXPECT_EQ(first, 1);
    EXPECT_EQ(registry->paths(), 0u);
    EXPECT_EQ(registry->bytes(), 0u);
    EXPECT_TRUE(removed.empty());
}

TEST_F(WatchRegistry, TellsAllThatWait) {
    const auto one = announce("/a", first);
    const auto two = announce("/a", second);
    EXPECT_EQ(registry->paths(), 1u);
    EXPECT_EQ(registry->bytes(), 6u);
    registry->answered("/a", data, true);
    registry->answered("/a", data, true);
    registry->fire("/a", data);
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 1);
}

TEST_F(WatchRegistry, LastTicketRemovesTheWatch) {
    auto one = announce("/a", first);
    auto two = announce("/a", second);
    registry->answered("/a", data, true);
    registry->answered("/a", data, true);
    one.reset();
    EXPECT_TRUE(removed.empty());
    two.reset();
    EXPECT_EQ(removed, std::vector<std::string>{"/a"});
    EXPECT_EQ(registry->paths(), 0u);
}

TEST_F(WatchRegistry, TicketDroppedBeforeTheAnswerRemovesTheWatchThen) {
    auto ticket = announce("/a", first);
    ticket.reset();
    EXPECT_TRUE(removed.empty()) << "nothing is there yet";
    registry->answered("/a", data, true);
    EXPECT_EQ(removed, std::vector<std::string>{"/a"});
    EXPECT_EQ(registry->paths(), 0u);
}

TEST_F(WatchRegistry, FailedGetLeavesNothing) {
    auto ticket = announce("/a", first);
    registry->answered("/a", data, false);
    EXPECT_EQ(registry->paths(), 0u);
    ticket.reset();
    EXPECT_TRUE(removed.empty());
    EXPECT_EQ(first, 0);
}

TEST_F(WatchRegistry, FailedGetLeavesAnotherOnesWatch) {
    const auto one = announce("/a", first);
    registry->answered("/a", data, true);
    const auto two = announce("/a", second);
    registry->answered("/a", data, false);
    registry->fire("/a", data);
    EXPECT_EQ(first, 1);
}

TEST_F(WatchRegistry, AnnouncingAgainInsideTheCallWorks) {
    watch_ticket again;
    const auto ticket = registry->announce("/a", data, [&] {
        ++first;
        again = announce("/a", second);
    });
    registry->answered("/a", data, true);
    registry->fire("/a", data);
    EXPECT_EQ(first, 1);
    registry->answered("/a", data, true);
    registry->fire("/a", data);
    EXPECT_EQ(second, 1);
}

TEST_F(WatchRegistry, DroppingTicketsInsideTheCallWorks) {
    watch_ticket two;
    watch_ticket one = registry->announce("/a", data, [&] {
        ++first;
        two.reset();
        one.reset();
    });
    two = announce("/a", second);
    registry->answered("/a", data, true);
    registry->answered("/a", data, true);
    registry->fire("/a", data);
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 0) << "dropped before its turn";
    EXPECT_EQ(registry->paths(), 0u);
}

TEST_F(WatchRegistry, EndTellsAllAndSendsNothing) {
    auto one = announce("/a", first);
    auto two = announce("/b", second);
    registry->answered("/a", data, true);
    registry->end();
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 1);
    EXPECT_EQ(registry->bytes(), 0u);
    registry->answered("/b", data, false);  // the answer after the end
    one.reset();
    two.reset();
    EXPECT_TRUE(removed.empty());
}

TEST_F(WatchRegistry, TicketOutlivesTheRegistry) {
    auto ticket = announce("/a", first);
    registry->answered("/a", data, true);
    registry.reset();
    ticket.reset();
    EXPECT_TRUE(removed.empty());
}

TEST_F(WatchRegistry, KindsOfOnePathAreApart) {
    auto one = announce("/a", first);
    auto two = announce("/a", second, children);
    EXPECT_EQ(registry->paths(), 2u);
    EXPECT_EQ(registry->bytes(), 12u) << "each is set again by itself";
    registry->answered("/a", data, true);
    registry->answered("/a", children, true);
    registry->fire("/a", children);
    EXPECT_EQ(first, 0);
    EXPECT_EQ(second, 1);
    EXPECT_EQ(registry->bytes(), 6u);
    two = announce("/a", second, children);
    registry->answered("/a", children, true);
    one.reset();
    EXPECT_EQ(removed, std::vector<std::string>{"/a"});
    two.reset();
    EXPECT_EQ(removed, (std::vector<std::string>{"/a", "/a children"}));
    EXPECT_EQ(registry->paths(), 0u);
    EXPECT_EQ(registry->bytes(), 0u);
}

TEST_F(WatchRegistry, EndTellsBothKinds) {
    const auto one = announce("/a", first);
    const auto two = announce("/a", second, children);
    registry->answered("/a", children, true);
    registry->end();
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 1);
    EXPECT_EQ(registry->paths(), 0u);
}

TEST_F(WatchRegistry, UnknownPathIsIgnored) {
    registry->fire("/none", data);
    registry->answered("/none", data, true);
    EXPECT_EQ(registry->paths(), 0u);
}

}  // namespace
}  // namespace paddock::detail
