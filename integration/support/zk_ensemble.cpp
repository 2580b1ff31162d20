#include "integration/support/zk_ensemble.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <stdexcept>

namespace paddock::testing {
namespace {

bool a_check_failed() {
    const auto* run = ::testing::UnitTest::GetInstance();
    return run->current_test_info() != nullptr ? ::testing::Test::HasFailure() : run->Failed();
}

}  // namespace

zk_ensemble::zk_ensemble(const zk_ensemble_options& options) : logs_(options.logs), dir_("zookeeper") {
    for (std::size_t i = 0; i < options.size; ++i) places_.emplace_back("127.0.0." + std::to_string(i + 1));
    for (std::size_t i = 0; i < options.size; ++i) {
        servers_.emplace_back(dir_.path() / ("server" + std::to_string(i)), i, places_, options.server);
    }
}

zk_ensemble::~zk_ensemble() {
    kill_all();
    if (logs_ == log_policy::keep || (logs_ == log_policy::keep_on_failure && a_check_failed())) keep_logs();
}

void zk_ensemble::start() {
    for (auto& server : servers_) {
        server.thaw();
        server.start();
    }
    for (std::size_t i = 0; i < size(); ++i) {
        if (!wait_serving(i)) {
            throw std::runtime_error("server " + std::to_string(i) + " does not serve:\n" +
                                     server(i).log_tail());
        }
    }
}

void zk_ensemble::kill_all() {
    for (auto& server : servers_) server.kill();
}

std::string zk_ensemble::connect_string() const {
    std::string all;
    for (std::size_t i = 0; i < size(); ++i) all += (i == 0 ? "" : ",") + connect_string_of(i);
    return all;
}

std::string zk_ensemble::connect_string_of(std::size_t i) const {
    return servers_.at(i).host() + ":" + std::to_string(servers_.at(i).port());
}

// Asking a frozen server would cost the whole time limit of the question.
bool zk_ensemble::answers(std::size_t i) { return !server(i).frozen() && server(i).running(); }

std::optional<std::size_t> zk_ensemble::leader() {
    std::optional<std::size_t> found;
    std::int64_t newest = -1;
    for (std::size_t i = 0; i < size(); ++i) {
        const auto status = answers(i) ? server(i).status() : std::nullopt;
        if (!status || status->mode == "follower" || status->zxid <= newest) continue;
        newest = status->zxid;
        found = i;
    }
    return found;
}

std::optional<std::size_t> zk_ensemble::wait_leader(std::chrono::milliseconds within) {
    std::optional<std::size_t> found;
    (void)eventually([&] { return (found = leader()).has_value(); }, within);
    return found;
}

bool zk_ensemble::serving(std::size_t i) { return answers(i) && server(i).status().has_value(); }

bool zk_ensemble::wait_serving(std::size_t i, std::chrono::milliseconds within) {
    // A server that has exited will not come back by itself.
    (void)eventually([&] { return !server(i).running() || serving(i); }, within);
    return serving(i);
}

bool zk_ensemble::wait_all_serving(std::chrono::milliseconds within) {
    return eventually(
        [&] {
            for (std::size_t i = 0; i < size(); ++i) {
                if (!serving(i)) return false;
            }
            return true;
        },
        within);
}

std::size_t zk_ensemble::watch_count() {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < size(); ++i) {
        if (answers(i)) sum += server(i).watch_count().value_or(0);
    }
    return sum;
}

raw_client zk_ensemble::connect(std::size_t i, const session_identity& identity) {
    return raw_client(server(i).host(), server(i).port(), identity);
}

bool zk_ensemble::close_session(const session_identity& identity, std::chrono::milliseconds within) {
    for (std::size_t i = 0; i < size(); ++i) {
        if (serving(i)) return testing::close_session(server(i).host(), server(i).port(), identity, within);
    }
    return false;
}

void zk_ensemble::keep_logs() const {
    const auto kept = make_unique_directory(std::filesystem::temp_directory_path(), "logs");
    for (std::size_t i = 0; i < size(); ++i) {
        std::error_code ignored;  // a server that never started has no log
        std::filesystem::copy_file(servers_[i].log_path(), kept / ("server" + std::to_string(i) + ".log"),
                                   ignored);
    }
    std::cerr << "server logs kept in " << kept.string() << '\n';
}

}  // namespace paddock::testing
