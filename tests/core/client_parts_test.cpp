#include <set>

#include <gtest/gtest.h>

#include "core/client/connect_policy.hpp"
#include "core/client/ready_list.hpp"
#include "core/client/server_resolver.hpp"
#include "core/client/watch_table.hpp"
#include "core/client/zk_log.hpp"

namespace paddock::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ConnectPolicy, PausesWhenEveryServerHasFailed) {
    connect_policy policy(seconds(10), std::nullopt);
    policy.set_round(3);
    for (int round = 0; round < 2; ++round) {
        EXPECT_FALSE(policy.round_failed());
        policy.attempt_failed();
        policy.attempt_failed();
        EXPECT_FALSE(policy.round_failed());
        policy.attempt_failed();
        EXPECT_TRUE(policy.round_failed());
        EXPECT_GT(policy.next_pause(0.5), milliseconds(10));
    }
}

TEST(ConnectPolicy, PausesGrowToASixthOfTheSession) {
    connect_policy policy(seconds(3), std::nullopt);
    auto last = policy.next_pause(1.0);
    EXPECT_EQ(last, milliseconds(50));
    for (int i = 0; i < 10; ++i) {
        const auto pause = policy.next_pause(1.0);
        EXPECT_GE(pause, last);
        last = pause;
    }
    EXPECT_EQ(last, milliseconds(500));
    EXPECT_LE(connect_policy(milliseconds(12), std::nullopt).next_pause(1.0), milliseconds(2));
    connect_policy patient(seconds(600), std::nullopt);
    for (int i = 0; i < 20; ++i) last = patient.next_pause(1.0);
    EXPECT_EQ(last, seconds(2));
}

TEST(ConnectPolicy, AServerThatAnsweredIsTriedAgainAtOnce) {
    connect_policy policy(seconds(10), std::nullopt);
    policy.set_round(1);
    policy.connected(seconds(10));
    policy.proved();
    policy.connection_lost();
    EXPECT_FALSE(policy.round_failed());
}

// As one does that cannot take the session's watches (c-client 3).
TEST(ConnectPolicy, AServerThatDropsTheSessionAtOnceHasFailed) {
    connect_policy policy(seconds(10), std::nullopt);
    policy.set_round(1);
    policy.connected(seconds(10));
    policy.connection_lost();
    EXPECT_TRUE(policy.round_failed());
    (void)policy.next_pause(1.0);
    policy.connected(seconds(10));
    policy.connection_lost();
    EXPECT_EQ(policy.next_pause(1.0), milliseconds(100));
    policy.connected(seconds(10));
    policy.proved();
    policy.connection_lost();
    EXPECT_EQ(policy.next_pause(1.0), milliseconds(50));
}

TEST(ConnectPolicy, GoesByTheNegotiatedTimeout) {
    connect_policy policy(seconds(60), std::nullopt);
    EXPECT_EQ(policy.attempt_limit(), seconds(20));
    policy.connected(seconds(6));
    EXPECT_EQ(policy.attempt_limit(), seconds(2));
    auto last = policy.next_pause(1.0);
    for (int i = 0; i < 10; ++i) last = policy.next_pause(1.0);
    EXPECT_EQ(last, seconds(1));
}

TEST(ConnectPolicy, SharesAThirdOfTheSessionAmongTheServers) {
    connect_policy policy(seconds(30), std::nullopt);
    EXPECT_EQ(policy.attempt_limit(), seconds(10));
    policy.set_round(5);
    EXPECT_EQ(policy.attempt_limit(), seconds(2));
    policy.set_round(63);
    EXPECT_EQ(policy.attempt_limit(), seconds(1));
    EXPECT_EQ(connect_policy(seconds(30), milliseconds(7)).attempt_limit(), milliseconds(7));
}

// The library, from any place of the list, goes on two places after each failure.
TEST(LibraryList, EveryServerIsTriedInEachRound) {
    std::vector<std::string> servers;
    for (int count = 1; count <= 8; ++count) {
        servers.push_back(std::to_string(count));
        for (std::size_t previous = 0; previous < 12; ++previous) {
            const auto list = library_list(servers, previous);
            EXPECT_NE(list.size(), previous);
            EXPECT_LE(list.size(), servers.size() + 3);
            std::set<std::string> tried;
            for (std::size_t i = 0; i < list.size(); ++i) tried.insert(list[2 * i % list.size()]);
            EXPECT_EQ(tried.size(), servers.size());
        }
    }
    EXPECT_EQ(library_list({"a", "b", "c"}, 0), (std::vector<std::string>{"a", "b", "c"}));
}

constexpr watch_kind data = watch_kind::data;
constexpr watch_kind children = watch_kind::children;

TEST(WatchTable, RemovalWaitsForTheRead) {
    watch_table watches;
    EXPECT_TRUE(watches.forget("/a", data));
    watches.sent("/a", data);
    EXPECT_FALSE(watches.forget("/a", data));
    EXPECT_TRUE(watches.forget("/a", children));
    EXPECT_TRUE(watches.forget("/b", data));
    EXPECT_TRUE(watches.answered("/a", data, true));
    EXPECT_TRUE(watches.forget("/a", data));
    EXPECT_TRUE(watches.empty());
}

TEST(WatchTable, ALaterReadWantsTheWatchAgain) {
    watch_table watches;
    watches.sent("/a", data);
    EXPECT_FALSE(watches.forget("/a", data));
    watches.sent("/a", data);
    EXPECT_FALSE(watches.answered("/a", data, true));
    EXPECT_FALSE(watches.answered("/a", data, true));
    watches.sent("/a", data);
    watches.sent("/a", data);
    EXPECT_FALSE(watches.forget("/a", data));
    EXPECT_FALSE(watches.answered("/a", data, true));  // the second read would set it once more
    EXPECT_TRUE(watches.answered("/a", data, true));
}

TEST(WatchTable, ALaterReadThatFailsDoesNot) {
    watch_table watches;
    watches.sent("/a", data);
    EXPECT_FALSE(watches.forget("/a", data));
    watches.sent("/a", data);
    EXPECT_FALSE(watches.answered("/a", data, true));
    EXPECT_TRUE(watches.answered("/a", data, false));
    EXPECT_TRUE(watches.empty());
}

// An older watch may fire while the removal waits, or before the read that wants one again is answered.
TEST(WatchTable, EventsAreUnwantedUntilALaterReadIsAnswered) {
    watch_table watches;
    watches.sent("/a", data);
    EXPECT_FALSE(watches.answered("/a", data, true));
    watches.sent("/a", data);
    EXPECT_FALSE(watches.forget("/a", data));
    EXPECT_FALSE(watches.fired("/a", watch_event::changed));
    watches.sent("/a", data);
    EXPECT_FALSE(watches.answered("/a", data, true));
    EXPECT_FALSE(watches.fired("/a", watch_event::changed));
    EXPECT_FALSE(watches.answered("/a", data, true));
    EXPECT_TRUE(watches.fired("/a", watch_event::changed));
    EXPECT_TRUE(watches.empty());
}

TEST(WatchTable, EventOfARemovedWatchIsUnwanted) {
    watch_table watches;
    watches.sent("/a", children);
    EXPECT_FALSE(watches.answered("/a", children, true));
    EXPECT_TRUE(watches.forget("/a", children));
    EXPECT_FALSE(watches.fired("/a", watch_event::children_changed));
}

TEST(WatchTable, DeletionIsOfBothKinds) {
    for (const bool remove_data : {false, true}) {
        watch_table watches;
        for (const watch_kind kind : {data, children}) {
            watches.sent("/a", kind);
            EXPECT_FALSE(watches.answered("/a", kind, true));
        }
        if (remove_data) {
            EXPECT_TRUE(watches.forget("/a", data));
        }
        EXPECT_TRUE(watches.fired("/a", watch_event::deleted)) << "the other one is still wanted";
        EXPECT_FALSE(watches.fired("/a", watch_event::deleted));
        EXPECT_TRUE(watches.empty());
    }
}

TEST(WatchTable, OtherEventsAreOfOneKind) {
    watch_table watches;
    watches.sent("/a", data);
    watches.sent("/b", children);
    EXPECT_FALSE(watches.answered("/a", data, true));
    EXPECT_FALSE(watches.answered("/b", children, true));
    EXPECT_FALSE(watches.fired("/a", watch_event::children_changed));
    EXPECT_FALSE(watches.fired("/b", watch_event::changed));
    EXPECT_TRUE(watches.fired("/a", watch_event::changed));
    EXPECT_TRUE(watches.fired("/b", watch_event::children_changed));
}

class noted_item final : public ready_item {
public:
    noted_item(std::vector<std::string>& log, std::string path) : log_(log), path_(std::move(path)) {}
    void run() override { log_.push_back(path_); }

private:
    std::vector<std::string>& log_;
    std::string path_;
};

TEST(ReadyList, RunsInOrderAndLeavesWhatIsAddedMeanwhile) {
    ready_list list;
    std::vector<std::string> log;
    list.add(std::make_unique<noted_item>(log, "/1"));
    list.add_call([&] {
        log.push_back("call");
        list.add_call([&] { log.push_back("later"); });
    });
    list.add(std::make_unique<noted_item>(log, "/2"));
    list.run();
    EXPECT_EQ(log, (std::vector<std::string>{"/1", "call", "/2"}));
    EXPECT_FALSE(list.empty());
    list.run();
    EXPECT_EQ(log.back(), "later");
    EXPECT_TRUE(list.empty());
}

TEST(ZkLog, TakesLinesApart) {
    const auto line = parse_zk_log(
        "2026-01-02 03:04:05,678:123:ZOO_ERROR@handle_socket_error_msg@2011: Socket [::1]:1 zk retcode=-4: "
        "gone\n");
    EXPECT_EQ(line.level, 'E');
    EXPECT_EQ(line.origin, "handle_socket_error_msg@2011");
    EXPECT_EQ(line.text, "Socket [::1]:1 zk retcode=-4: gone");
    EXPECT_EQ(parse_zk_log("a:1:ZOO_WARN@f@1: w").level, 'W');
    EXPECT_EQ(parse_zk_log("no prefix").text, "no prefix");
    EXPECT_EQ(parse_zk_log("x:ZOO_").text, "x:ZOO_");
}

}  // namespace
}  // namespace paddock::detail
