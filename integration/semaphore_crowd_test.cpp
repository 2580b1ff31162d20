#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integration/lock_fixture.hpp"
#include "integration/support/child_process.hpp"
#include "integration/support/temp_dir.hpp"
#include "integration/support/txn_log.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// 200 clients in 20 processes on ten permits, while a server is killed every five seconds. PADDOCK_CROWD_SECONDS=60 is
// the whole of it. The judge is what the servers wrote to their transaction logs, in the order of the zxids.
class SemaphoreCrowdTest : public LockTest {
protected:
    SemaphoreCrowdTest() : LockTest(shared_ensemble()) {}

    // A semaphore's directory stays, because it keeps the limit.
    void TearDown() override {
        ask([&](raw_client& raw) { return raw.remove(path()); });
        LockTest::TearDown();
    }

    static constexpr int processes = 20;
    static constexpr std::size_t limit = 10;

    static std::chrono::seconds length() {
        const char* const set = std::getenv("PADDOCK_CROWD_SECONDS");
        return std::chrono::seconds(set ? std::atoi(set) : 20);
    }
    std::unique_ptr<child_process> start_worker(const std::filesystem::path& output) const {
        child_options worker;
        worker.argv = {LOCK_WORKER,           "crowd", servers_.connect_string(),       path(),
                       std::to_string(limit), "10",    std::to_string(length().count())};
        worker.output = output;
        worker.environment = {"GLOG_minloglevel=2"};  // a warning would stand before what it says
        return std::make_unique<child_process>(worker);
    }
    int kill_servers_until(steady_clock::time_point end) {
        int killed = 0;
        for (std::size_t victim = 0; steady_clock::now() < end; victim = (victim + 1) % servers_.size()) {
            const auto next = steady_clock::now() + 5s;
            servers_.kill(victim);
            ++killed;
            pace(1s);
            servers_.start(victim);
            EXPECT_TRUE(servers_.wait_serving(victim));
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(next - steady_clock::now());
            if (left > 0ms) pace(left);
        }
        return killed;
    }
    /// Replays the logs of all servers; the most permits that were ever granted at once, and the number of grants.
    std::pair<std::size_t, int> judge() {
        txn_history history;
        for (std::size_t i = 0; i < servers_.size(); ++i)
            read_txn_logs(servers_.server(i).data_dir(), history);
        std::map<std::string, std::int64_t> waiting;  // node -> session
        std::map<std::string, std::int64_t> holding;
        std::size_t most = 0;
        int grants = 0;
        for (const auto& [zxid, changes] : history) {
            for (const logged_change& change : changes) {
                const bool request = change.path.starts_with(path() + "/");
                switch (change.what) {
                    case logged_change::kind::created:
                        if (request) waiting[change.path] = change.session;
                        break;
                    case logged_change::kind::written:
                        if (request && waiting.erase(change.path) == 1) {
                            holding[change.path] = change.session;
                            ++grants;
                        }
                        break;
                    case logged_change::kind::removed:
                        waiting.erase(change.path);
                        holding.erase(change.path);
                        break;
                    case logged_change::kind::session_closed:
                        std::erase_if(waiting, [&](const auto& one) { return one.second == change.session; });
                        std::erase_if(holding, [&](const auto& one) { return one.second == change.session; });
                        break;
                }
            }
            most = std::max(most, holding.size());
        }
        EXPECT_TRUE(holding.empty()) << holding.size() << " never released";
        EXPECT_TRUE(waiting.empty());
        return {most, grants};
    }
};

TEST_F(SemaphoreCrowdTest, NeverMoreThanTenWhileServersDie) {
    const temp_dir work("crowd");
    std::vector<std::unique_ptr<child_process>> workers;
    const auto end = steady_clock::now() + length();
    for (int i = 0; i < processes; ++i) workers.push_back(start_worker(work.path() / std::to_string(i)));
    const int killed = kill_servers_until(end);
    for (auto& one : workers) EXPECT_EQ(one->wait(180s), 0) << "a request was not answered";
    ASSERT_TRUE(servers_.wait_all_serving());
    long served = 0;
    for (int i = 0; i < processes; ++i) {
        std::ifstream said(work.path() / std::to_string(i));
        std::string word;
        long count = -1;
        long failed = -1;
        said >> word >> count >> word >> failed;
        EXPECT_GT(count, 0) << "process " << i;
        EXPECT_EQ(failed, 0) << "process " << i;
        served += count;
    }
    ASSERT_TRUE(has_nodes(path(), 0, 30s));
    const auto [most, grants] = judge();
    std::cout << served << " acquires served, " << grants << " grants in the servers' logs, " << killed
              << " servers killed, at most " << most << " permits at once\n";
    EXPECT_LE(most, limit);
    EXPECT_EQ(most, limit) << "all of them were in use at some time";
    EXPECT_GE(grants, served);
}

}  // namespace
}  // namespace paddock::testing
