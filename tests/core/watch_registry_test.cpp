// Who waits for which path on one session.
#include <gtest/gtest.h>

#include "core/session/watch_registry.hpp"

namespace paddock::detail {
namespace {

class WatchRegistry : public ::testing::Test {
protected:
    watch_ticket announce(const std::string& path, int& fired) {
        return registry->announce(path, [&fired] { ++fired; });
    }
    std::vector<std::string> removed;
    std::shared_ptr<watch_registry> registry =
        std::make_shared<watch_registry>([this](const std::string& path) { removed.push_back(path); });
    int first = 0;
    int second = 0;
};

TEST_F(WatchRegistry, FiresOnce) {
    const auto ticket = announce("/a", first);
    registry->answered("/a", true);
    registry->fire("/a");
    registry->fire("/a");
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
    registry->answered("/a", true);
    registry->answered("/a", true);
    registry->fire("/a");
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 1);
}

TEST_F(WatchRegistry, LastTicketRemovesTheWatch) {
    auto one = announce("/a", first);
    auto two = announce("/a", second);
    registry->answered("/a", true);
    registry->answered("/a", true);
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
    registry->answered("/a", true);
    EXPECT_EQ(removed, std::vector<std::string>{"/a"});
    EXPECT_EQ(registry->paths(), 0u);
}

TEST_F(WatchRegistry, FailedGetLeavesNothing) {
    auto ticket = announce("/a", first);
    registry->answered("/a", false);
    EXPECT_EQ(registry->paths(), 0u);
    ticket.reset();
    EXPECT_TRUE(removed.empty());
    EXPECT_EQ(first, 0);
}

TEST_F(WatchRegistry, FailedGetLeavesAnotherOnesWatch) {
    const auto one = announce("/a", first);
    registry->answered("/a", true);
    const auto two = announce("/a", second);
    registry->answered("/a", false);
    registry->fire("/a");
    EXPECT_EQ(first, 1);
}

TEST_F(WatchRegistry, AnnouncingAgainInsideTheCallWorks) {
    watch_ticket again;
    const auto ticket = registry->announce("/a", [&] {
        ++first;
        again = announce("/a", second);
    });
    registry->answered("/a", true);
    registry->fire("/a");
    EXPECT_EQ(first, 1);
    registry->answered("/a", true);
    registry->fire("/a");
    EXPECT_EQ(second, 1);
}

TEST_F(WatchRegistry, DroppingTicketsInsideTheCallWorks) {
    watch_ticket two;
    watch_ticket one = registry->announce("/a", [&] {
        ++first;
        two.reset();
        one.reset();
    });
    two = announce("/a", second);
    registry->answered("/a", true);
    registry->answered("/a", true);
    registry->fire("/a");
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 0) << "dropped before its turn";
    EXPECT_EQ(registry->paths(), 0u);
}

TEST_F(WatchRegistry, EndTellsAllAndSendsNothing) {
    auto one = announce("/a", first);
    auto two = announce("/b", second);
    registry->answered("/a", true);
    registry->end();
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 1);
    EXPECT_EQ(registry->bytes(), 0u);
    registry->answered("/b", false);  // the answer after the end
    one.reset();
    two.reset();
    EXPECT_TRUE(removed.empty());
}

TEST_F(WatchRegistry, TicketOutlivesTheRegistry) {
    auto ticket = announce("/a", first);
    registry->answered("/a", true);
    registry.reset();
    ticket.reset();
    EXPECT_TRUE(removed.empty());
}

TEST_F(WatchRegistry, UnknownPathIsIgnored) {
    registry->fire("/none");
    registry->answered("/none", true);
    EXPECT_EQ(registry->paths(), 0u);
}

}  // namespace
}  // namespace paddock::detail
