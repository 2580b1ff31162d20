#include <algorithm>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "integration/lock_fixture.hpp"
#include "integration/support/proxy_group.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class CutsUnderLoadTest : public LockOnServersTest {};

INSTANTIATE_TEST_SUITE_P(Servers, CutsUnderLoadTest, ::testing::Values(1, 3));

constexpr std::size_t clients = 4;
constexpr std::size_t cuts_wanted = 1000;

// "_c_<uuid>-lock-<number>": two nodes of one uuid would be one contender twice.
bool has_duplicates(const std::vector<std::string>& names) {
    std::set<std::string> seen;
    return !std::ranges::all_of(
        names, [&](const std::string& name) { return seen.insert(name.substr(0, 39)).second; });
}

// Looks at the queues through a connection that is never cut, until stopped.
class queue_inspector {
public:
    queue_inspector(zk_ensemble& servers, std::vector<std::string> steady, std::string busy)
        : steady_(std::move(steady)), busy_(std::move(busy)), client_(servers.connect()) {
        for (const std::string& one : steady_) expected_.push_back(sorted(one));
        thread_ = std::jthread([this](std::stop_token stop) { run(std::move(stop)); });
    }
    void stop() {
        thread_.request_stop();
        thread_.join();
    }
    int changes = 0;     ///< a queue in which nobody comes or goes has looked different
    int duplicates = 0;  ///< a contender was in the busy queue twice
    int looks = 0;

private:
    std::vector<std::string> sorted(const std::string& directory) {
        auto names = client_.children(directory);
        std::ranges::sort(names);
        return names;
    }
    void run(std::stop_token stop) {
        while (!stop.stop_requested()) {
            for (std::size_t i = 0; i < steady_.size(); ++i)
                changes += sorted(steady_[i]) != expected_[i] ? 1 : 0;
            duplicates += has_duplicates(client_.children(busy_)) ? 1 : 0;
            ++looks;
        }
    }

    std::vector<std::string> steady_;
    std::string busy_;
    raw_client client_;
    std::vector<std::vector<std::string>> expected_;
    std::jthread thread_;
};

// One client with a lock that it holds all the time, a place behind another's, and a thread that takes and gives
// back a lock that all want.
struct station {
    station(const client_options& chosen, const std::string& own, const std::string& neighbours,
            std::string shared)
        : zk(chosen),
          mine(zk, own),
          next(zk, neighbours),
          busy(zk, std::move(shared)),
          held(mine.acquire()) {}
    void queue_up() { next.async_acquire(waiting.handler()); }
    void work(guarded_section& section) {
        token = held.fencing_token();
        worker = std::jthread([this, &section](std::stop_token stop) {
            while (!stop.stop_requested()) {
                error_code ec;
                const lease turn = busy.acquire(ec);
                ++answers;
                if (ec) {
                    ++errors;
                } else {
                    section.visit(turn.fencing_token());
                }
            }
        });
    }
    client zk;
    mutex mine, next, busy;
    lease held;
    fencing_token token;
    pending_lease waiting;
    int answers = 0;
    int errors = 0;
    std::jthread worker;
};

TEST_P(CutsUnderLoadTest, ThousandShortCutsLoseNothing) {
    proxy_group proxies(servers_);
    std::vector<std::unique_ptr<station>> stations;
    std::vector<std::string> steady;
    for (std::size_t i = 0; i < clients; ++i) steady.push_back(path("steady" + std::to_string(i)));
    for (std::size_t i = 0; i < clients; ++i) {
        stations.push_back(std::make_unique<station>(options(proxies.connect_string()), steady[i],
                                                     steady[(i + 1) % clients], path("busy")));
    }
    for (auto& one : stations) one->queue_up();
    for (const std::string& directory : steady) ASSERT_TRUE(has_nodes(directory, 2));

    queue_inspector inspector(servers_, steady, path("busy"));
    guarded_section section;
    for (auto& one : stations) one->work(section);
    std::minstd_rand random(7);
    const auto begin = steady_clock::now();
    std::size_t cuts = 0;
    while (cuts < cuts_wanted && steady_clock::now() - begin < 120s) {
        // All are connected again before most of the cuts, so that each one hits; some come in between.
        if (random() % 4 != 0) {
            (void)eventually([&] { return proxies.connections() == clients; }, 500ms);
        }
        pace(std::chrono::milliseconds(random() % 40));
        cuts += proxies.cut_all();
    }
    const auto lasted = steady_clock::now() - begin;
    for (auto& one : stations) one->worker.request_stop();
    for (auto& one : stations) one->worker.join();
    inspector.stop();

    EXPECT_GE(cuts, cuts_wanted);
    EXPECT_EQ(inspector.changes, 0);
    EXPECT_EQ(inspector.duplicates, 0);
    EXPECT_EQ(section.collisions(), 0);
    EXPECT_EQ(section.disorder(), 0);
    EXPECT_GT(section.visits(), 20);
    client_stats sum;
    for (auto& one : stations) {
        EXPECT_TRUE(eventually([&] { return one->held.state() == lease_state::held; }));
        EXPECT_TRUE(one->held.check());
        EXPECT_EQ(one->held.fencing_token(), one->token);
        EXPECT_EQ(one->errors, 0);
        EXPECT_FALSE(one->waiting.done());
        const client_stats stats = one->zk.stats();
        EXPECT_EQ(stats.sessions, 1U);
        EXPECT_EQ(stats.leases_lost, 0U);
        sum.reconnects += stats.reconnects;
        sum.nudges += stats.nudges;
    }
    std::cout << cuts << " cuts in " << lasted / 1ms << " ms, " << sum.reconnects << " reconnects, "
              << section.visits() << " turns, " << inspector.looks << " inspections, " << sum.nudges
              << " nudges\n";
    for (auto& one : stations) EXPECT_EQ(one->held.release(), release_result::confirmed);
    for (auto& one : stations) {
        ASSERT_TRUE(one->waiting.wait());
        EXPECT_EQ(one->waiting.error(), error_code());
    }
}

}  // namespace
}  // namespace paddock::testing
