#include "integration/lock_fixture.hpp"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "integration/support/process_stats.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

std::string directory_of_this_test() {
    static int count = 0;  // repeated tests get fresh directories
    const auto* const info = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(info->test_suite_name()) + "-" + info->name();
    std::ranges::replace(name, '/', '-');
    return "/" + name + "-" + std::to_string(++count);
}

}  // namespace

LockTest::LockTest(zk_ensemble& servers) : servers_(servers), root_(directory_of_this_test()) {}

void LockTest::SetUp() {
    threads_ = thread_count();
    descriptors_ = open_fd_count();
    watches_ = servers_.watch_count();
}

void LockTest::TearDown() {
    servers_.start();
    std::vector<std::string> left;
    EXPECT_TRUE(eventually([&] { return (left = leftovers()).empty(); }, 20s))
        << ::testing::PrintToString(left);
    std::size_t watches = 0;
    EXPECT_TRUE(eventually([&] { return (watches = servers_.watch_count()) == watches_; }, 20s))
        << watches << " watches, " << watches_ << " before the test";
    observer_.reset();
    EXPECT_TRUE(eventually([this] { return thread_count() == threads_; }))
        << thread_count() << " threads, " << threads_ << " before the test";
    EXPECT_TRUE(eventually([this] { return open_fd_count() == descriptors_; }))
        << open_fd_count() << " descriptors, " << descriptors_ << " before the test";
}

client_options LockTest::options(const std::string& servers) const {
    client_options chosen;
    chosen.servers = servers.empty() ? servers_.connect_string() : servers;
    chosen.session_timeout = 4s;
    chosen.application = "paddock-tests";
    return chosen;
}

raw_client& LockTest::observer() {
    const auto deadline = std::chrono::steady_clock::now() + server_wait;
    for (std::size_t i = 0; !observer_; i = (i + 1) % servers_.size()) {
        auto& server = servers_.server(i);
        if (!server.running() || server.frozen()) continue;
        try {
            observer_.emplace(server.host(), server.port());
        } catch (const connection_lost&) {
            if (std::chrono::steady_clock::now() > deadline) throw;
        }
    }
    return *observer_;
}

std::vector<std::string> LockTest::nodes(const std::string& directory) {
    return ask([&](raw_client& client) {
        auto found = client.children(directory);
        std::ranges::sort(found, {}, [](const std::string& name) {  // by sequence number
            return name.size() < 10 ? name : name.substr(name.size() - 10);
        });
        return found;
    });
}

bool LockTest::has_nodes(const std::string& directory, std::size_t count, std::chrono::milliseconds within) {
    return eventually([&] { return nodes(directory).size() == count; }, within);
}

bool LockTest::expire(std::int64_t session_id) { return servers_.close_session(identity_of(session_id)); }

void LockTest::find_leftovers(const std::string& node, std::vector<std::string>& found) {
    const raw_node seen = ask([&](raw_client& client) { return client.get(node); });
    if (seen.err != ok) return;  // gone, or never made
    // Servers do not tell containers from persistent nodes; those of Paddock are empty, or have a departure note.
    const bool contender = seen.stat.ephemeral_owner != 0 || node.find("/_c_") != std::string::npos;
    const bool container = seen.data.empty() || seen.data.starts_with(R"({"released":)");
    if (contender || !container) found.push_back(node);
    for (const std::string& child : nodes(node)) find_leftovers(node + "/" + child, found);
}

std::vector<std::string> LockTest::leftovers() {
    std::vector<std::string> found;
    find_leftovers(root_, found);
    return found;
}

void spin_until(std::chrono::steady_clock::time_point moment) {
    while (std::chrono::steady_clock::now() < moment) {
    }
}

void pace(std::chrono::milliseconds length) {
    std::mutex guard;
    std::condition_variable never;
    std::unique_lock lock(guard);
    never.wait_for(lock, length);
}

std::size_t threads_named(const std::string& name) {
    std::size_t count = 0;
    std::error_code gone;  // threads may end while we look
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", gone)) {
        std::string comm;
        std::getline(std::ifstream(task.path() / "comm"), comm);
        if (comm == name) ++count;
    }
    return count;
}

}  // namespace paddock::testing
