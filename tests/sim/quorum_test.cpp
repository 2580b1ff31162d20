// What clients of a quorum can rely on, and what not.
#include "tests/sim/quorum.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

// A list of words instead of a tree.
class words : public quorum::machine {
public:
    void lead(server_number at) override {
        leader = at;
        ++leaders;
    }
    void apply(server_number at, std::uint64_t entry, std::int64_t zxid) override {
        at_server[at].push_back(proposed.at(entry));
        EXPECT_LT(last_zxid[at], zxid) << "server " << at;
        last_zxid[at] = zxid;
    }
    void serve(server_number at, bool on) override { serving[at] = on; }

    std::map<std::uint64_t, std::string> proposed;
    std::map<server_number, std::vector<std::string>> at_server;
    std::map<server_number, std::int64_t> last_zxid;
    std::map<server_number, bool> serving;
    server_number leader = 99;
    int leaders = 0;
};

class QuorumTest : public ::testing::Test {
protected:
    using list = std::vector<std::string>;

    explicit QuorumTest(quorum_options options = {}, std::uint64_t seed = 1)
        : world(seed), servers(world, above, options, seed) {
        servers.start();
    }

    void write(server_number at, const std::string& word) {
        servers.write(
            at,
            [this, word](server_number, std::uint64_t entry, std::int64_t) { above.proposed[entry] = word; },
            [this, word] { done.push_back(word); });
    }
    void sync(server_number at, const std::string& word) {
        servers.sync(at, [this, word] { done.push_back(word); });
    }
    bool run_until(const std::function<bool()>& condition) { return world.run_until(condition, 30s); }
    bool wait_done(const std::string& word) {
        return run_until([&] { return std::ranges::find(done, word) != done.end(); });
    }
    bool all_serve() {
        return run_until([this] {
            for (server_number i = 0; i < servers.size(); ++i) {
                if (!servers.serves(i)) return false;
            }
            return true;
        });
    }
    void expect_everywhere(const list& expected) {
        for (server_number i = 0; i < servers.size(); ++i)
            EXPECT_EQ(above.at_server[i], expected) << "server " << i;
    }

    virtual_environment world;
    words above;
    quorum servers;
    list done;
};

TEST_F(QuorumTest, StartsWithOneLeader) {
    EXPECT_EQ(servers.leader(), std::optional<server_number>(2));
    EXPECT_EQ(above.leaders, 1);
    for (server_number i = 0; i < 3; ++i) EXPECT_TRUE(servers.serves(i)) << i;
}

TEST_F(QuorumTest, AppliesWritesEverywhereInOneOrder) {
    for (int i = 0; i < 30; ++i) write(static_cast<server_number>(i % 3), std::to_string(i));
    ASSERT_TRUE(run_until([this] { return done.size() == 30; }));
    world.advance(1s);
    const list order = above.at_server[2];
    EXPECT_EQ(order.size(), 30u);
    expect_everywhere(order);
}

TEST_F(QuorumTest, WritesOfOneServerKeepTheirOrder) {
    for (const char* word : {"a", "b", "c", "d"}) write(0, word);
    ASSERT_TRUE(wait_done("d"));
    EXPECT_EQ(done, (list{"a", "b", "c", "d"}));
}

TEST_F(QuorumTest, ProposedIsNotApplied) {
    write(2, "a");
    EXPECT_EQ(above.proposed.size(), 1u);
    EXPECT_TRUE(above.at_server[2].empty());
    sync(2, "sync");  // a leader answers its own clients at once (hazard E16)
    EXPECT_EQ(done, list{"sync"});
    EXPECT_TRUE(wait_done("a"));
}

TEST_F(QuorumTest, SyncThroughAFollowerWaitsForWhatIsProposed) {
    servers.lag(0, 5s);
    write(2, "a");
    sync(0, "sync");
    ASSERT_TRUE(wait_done("sync"));
    EXPECT_EQ(above.at_server[0], list{"a"});
}

TEST_F(QuorumTest, LaggingFollowerIsBehindButInOrder) {
    servers.lag(0, 5s);
    write(2, "a");
    write(2, "b");
    ASSERT_TRUE(wait_done("b"));
    EXPECT_TRUE(above.at_server[0].empty());
    world.advance(6s);
    EXPECT_EQ(above.at_server[0], (list{"a", "b"}));
}

TEST_F(QuorumTest, DeadFollowerIsNoLoss) {
    servers.kill(0);
    EXPECT_FALSE(servers.serves(0));
    write(1, "a");
    EXPECT_TRUE(wait_done("a"));
    servers.restart(0);
    ASSERT_TRUE(all_serve());
    expect_everywhere({"a"});
    EXPECT_EQ(above.leaders, 1);
}

TEST_F(QuorumTest, DeadLeaderIsFollowedByAnother) {
    write(0, "a");
    ASSERT_TRUE(wait_done("a"));
    servers.kill(2);
    EXPECT_FALSE(servers.leader());
    ASSERT_TRUE(run_until([this] { return servers.leader() && servers.serves(0) && servers.serves(1); }));
    write(0, "b");
    ASSERT_TRUE(wait_done("b"));
    EXPECT_GT(servers.applied(0) >> 32, 1);
    servers.restart(2);
    ASSERT_TRUE(all_serve());
    expect_everywhere({"a", "b"});
}

// What a leader had proposed survives it if the next one has heard of it; then it takes effect, though nobody was told.
TEST_F(QuorumTest, ProposalOfADyingLeaderSurvivesOrNot) {
    int survived = 0;
    int lost = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        words recorded;
        virtual_environment own(seed);
        quorum three(own, recorded, {}, seed);
        three.start();
        three.write(
            2, [&](server_number, std::uint64_t entry, std::int64_t) { recorded.proposed[entry] = "a"; },
            [] {});
        own.advance(500us);
        if (!recorded.at_server[2].empty()) continue;
        three.kill(2);
        own.advance(5s);
        ASSERT_TRUE(three.leader());
        (recorded.at_server[0].empty() ? lost : survived) += 1;
        three.restart(2);
        own.advance(5s);
        EXPECT_EQ(recorded.at_server[2], recorded.at_server[0]);
        EXPECT_EQ(recorded.at_server[1], recorded.at_server[0]);
    }
    EXPECT_GT(survived, 0);
    EXPECT_GT(lost, 0);
}

TEST_F(QuorumTest, WithoutAMajorityNothingIsAgreed) {
    servers.kill(0);
    servers.kill(1);
    EXPECT_FALSE(servers.leader());
    write(2, "a");
    world.advance(10s);
    EXPECT_TRUE(done.empty());
    EXPECT_FALSE(servers.serves(2));
    servers.restart(0);
    ASSERT_TRUE(run_until([this] { return servers.leader().has_value(); }));
}

TEST_F(QuorumTest, DeposedLeaderGoesOnAnsweringForAWhile) {
    write(0, "a");
    ASSERT_TRUE(wait_done("a"));
    servers.isolate(2, true);
    EXPECT_TRUE(servers.serves(2));
    sync(2, "stale");
    EXPECT_EQ(done, (list{"a", "stale"}));
    write(2, "never");
    ASSERT_TRUE(run_until(
        [this] { return servers.leader() == std::optional<server_number>(1) && servers.serves(0); }));
    EXPECT_TRUE(servers.serves(2)) << "it has not noticed yet";
    write(0, "b");
    ASSERT_TRUE(wait_done("b"));
    ASSERT_TRUE(run_until([this] { return !servers.serves(2); }));
    EXPECT_EQ(above.at_server[2], list{"a"});
    servers.isolate(2, false);
    ASSERT_TRUE(all_serve());
    world.advance(1s);
    expect_everywhere({"a", "b"});
    EXPECT_EQ(std::ranges::count(done, "never"), 0);
}

TEST_F(QuorumTest, CutOffFollowerServesStaleReadsUntilItNotices) {
    servers.isolate(0, true);
    write(1, "a");
    ASSERT_TRUE(wait_done("a"));
    EXPECT_TRUE(servers.serves(0));
    EXPECT_TRUE(above.at_server[0].empty());
    write(0, "lost");
    ASSERT_TRUE(run_until([this] { return !servers.serves(0); }));
    servers.isolate(0, false);
    ASSERT_TRUE(all_serve());
    expect_everywhere({"a"});
}

TEST_F(QuorumTest, ShortBreakIsNoticedByNobody) {
    servers.isolate(0, true);
    write(0, "a");
    world.advance(1s);
    EXPECT_TRUE(done.empty());
    servers.isolate(0, false);
    ASSERT_TRUE(wait_done("a"));
    EXPECT_EQ(above.leaders, 1);
}

TEST_F(QuorumTest, ConsultingTheLeaderIsOrderedBehindWrites) {
    bool prepared = false;
    servers.write(
        0,
        [&](server_number, std::uint64_t entry, std::int64_t) {
            above.proposed[entry] = "a", prepared = true;
        },
        [] {});
    std::optional<bool> answer;
    servers.consult(
        0, [&](server_number leader) { return leader == 2 && prepared; }, [&](bool said) { answer = said; });
    EXPECT_FALSE(answer);
    ASSERT_TRUE(run_until([&] { return answer.has_value(); }));
    EXPECT_TRUE(*answer);
}

TEST_F(QuorumTest, DecreeTakesEffectAtOnceWhereItIsHeard) {
    servers.isolate(0, true);
    write(1, "a");
    ASSERT_TRUE(servers.decree(
        [this](server_number, std::uint64_t entry, std::int64_t) { above.proposed[entry] = "b"; }));
    EXPECT_EQ(above.at_server[2], list{"b"}) << "the write has not arrived yet";
    EXPECT_EQ(above.at_server[1], list{"b"});
    EXPECT_TRUE(above.at_server[0].empty());
}

// Hazard E18.
TEST_F(QuorumTest, LeaderWithAFullCounterStepsDown) {
    servers.fill_counter(2);
    write(2, "a");
    write(2, "b");
    ASSERT_TRUE(wait_done("b"));
    EXPECT_EQ(servers.applied(2), (std::int64_t{1} << 32) + 0xfffffffe);
    write(0, "lost");
    ASSERT_TRUE(run_until([this] { return !servers.leader(); }));
    ASSERT_TRUE(run_until([this] { return servers.leader().has_value(); }));
    ASSERT_TRUE(all_serve());
    EXPECT_EQ(above.leaders, 2);
    write(0, "c");
    ASSERT_TRUE(wait_done("c"));
    EXPECT_EQ(servers.applied(0), (std::int64_t{2} << 32) + 1);
    world.advance(1s);
    expect_everywhere({"a", "b", "c"});
}

TEST_F(QuorumTest, DecreeMeetsAFullCounterToo) {
    servers.fill_counter(0);
    EXPECT_FALSE(servers.decree([](server_number, std::uint64_t, std::int64_t) { FAIL(); }));
    EXPECT_FALSE(servers.leader());
    EXPECT_TRUE(all_serve());
}

class LoneServer : public QuorumTest {
protected:
    static quorum_options one() {
        quorum_options options;
        options.servers = 1;
        return options;
    }
    LoneServer() : QuorumTest(one()) {}
};

TEST_F(LoneServer, AgreesWithItself) {
    write(0, "a");
    ASSERT_TRUE(wait_done("a"));
    servers.kill(0);
    servers.restart(0);
    ASSERT_TRUE(run_until([this] { return servers.serves(0); }));
    write(0, "b");
    ASSERT_TRUE(wait_done("b"));
    EXPECT_EQ(above.at_server[0], (list{"a", "b"}));
}

// Whatever happens to servers and links: no agreed write is lost, all servers agree, and what was confirmed is there.
TEST(QuorumChaos, AgreementSurvivesEverything) {
    for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
        SCOPED_TRACE(seed);
        virtual_environment world(seed);
        words above;
        quorum servers(world, above, {}, seed);
        servers.start();
        std::mt19937_64 random(seed);
        std::vector<std::string> confirmed;
        for (int step = 0; step < 200; ++step) {
            const server_number at = random() % 3;
            switch (random() % 12) {
                case 0: servers.kill(at); break;
                case 1: servers.restart(at); break;
                case 2: servers.isolate(at, true); break;
                case 3: servers.isolate(at, false); break;
                case 4: servers.lag(at, std::chrono::milliseconds(random() % 500)); break;
                default: {
                    const std::string word = std::to_string(step);
                    servers.write(
                        at,
                        [&above, word](server_number, std::uint64_t entry, std::int64_t) {
                            above.proposed[entry] = word;
                        },
                        [&confirmed, word] { confirmed.push_back(word); });
                }
            }
            world.advance(std::chrono::milliseconds(random() % 400));
        }
        for (server_number i = 0; i < 3; ++i) {
            servers.isolate(i, false);
            servers.restart(i);
            servers.lag(i, 0ms);
        }
        ASSERT_TRUE(world.run_until(
            [&] { return servers.leader() && servers.serves(0) && servers.serves(1) && servers.serves(2); },
            60s));
        world.advance(5s);
        EXPECT_EQ(above.at_server[0], above.at_server[1]);
        EXPECT_EQ(above.at_server[0], above.at_server[2]);
        for (const std::string& word : confirmed) {
            EXPECT_EQ(std::ranges::count(above.at_server[0], word), 1) << word;
        }
        if (::testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace paddock::testing
