#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/ensemble.hpp"
#include "tests/sim/virtual_environment.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

/// One session used through the seam alone; `log` holds all that it was told, in order.
class seam_user : public detail::session_listener {
public:
    explicit seam_user(detail::environment& where, std::chrono::milliseconds wanted_timeout = 3s) {
        detail::session_parameters wanted;
        wanted.servers = "simulated:2181";
        wanted.timeout = wanted_timeout;
        handle = where.open(wanted, *this);
    }

    void on_connected(std::int64_t id, std::chrono::milliseconds negotiated,
                      detail::boot_time sent) override {
        log.emplace_back("connected");
        session = id;
        timeout = negotiated;
        handshake_sent = sent;
        if (when_connected) when_connected();
    }
    void on_disconnected() override {
        log.emplace_back("disconnected");
        if (when_disconnected) when_disconnected();
    }
    void on_ended(error_code reason) override {
        log.push_back("ended " + reason.message());
        ended = reason;
    }
    void on_watch(const std::string& path, detail::watch_event event) override {
        static constexpr const char* names[] = {"created", "deleted", "changed", "children_changed", "other"};
        log.push_back(std::string(names[static_cast<int>(event)]) + " " + path);
    }

    void create(const std::string& path, create_mode mode = create_mode::persistent,
                const std::string& data = {}) {
        handle->create(path, data, mode, {acl{}},
                       [this](const detail::create_reply& got) { note("create", got, got.path); });
    }
    void get(const std::string& path, bool watch) {
        handle->get(path, watch, [this](const detail::get_reply& got) { note("get", got, got.data); });
    }
    void children(const std::string& path, bool watch = false) {
        handle->children(path, watch, [this](detail::children_reply got) {
            std::ranges::sort(got.names);
            std::string names;
            for (const auto& name : got.names) names += (names.empty() ? "" : ",") + name;
            note("children", got, names);
        });
    }
    void set(const std::string& path, const std::string& data, std::int32_t version = -1) {
        handle->set(path, data, version, [this](const detail::stat_reply& got) { note("set", got, ""); });
    }
    void remove(const std::string& path, std::int32_t version = -1) {
        handle->remove(path, version, [this](const detail::reply& got) { note("remove", got, ""); });
    }
    void exists(const std::string& path) {
        handle->exists(path, [this](const detail::stat_reply& got) { note("exists", got, ""); });
    }
    void sync(const std::string& path) {
        handle->sync(path, [this](const detail::reply& got) { note("sync", got, ""); });
    }

    /// What was told since the last call.
    std::vector<std::string> news() { return std::exchange(log, {}); }

    std::unique_ptr<detail::znode_api> handle;
    std::vector<std::string> log;
    std::int64_t session = 0;
    std::chrono::milliseconds timeout{};
    detail::boot_time handshake_sent;
    std::optional<error_code> ended;
    std::function<void()> when_connected;
    std::function<void()> when_disconnected;

private:
    void note(const std::string& op, const detail::reply& got, const std::string& more) {
        static constexpr const char* fates[] = {"", " not_sent", " unknown"};
        std::string line = op + (got.ec ? " " + std::to_string(got.ec.value()) : " ok");
        line += fates[static_cast<int>(got.what)];
        log.push_back(more.empty() ? line : line + " " + more);
    }
};

/// A virtual world with an ensemble; users are made by the tests.
class SeamTest : public ::testing::Test {
protected:
    explicit SeamTest(const ensemble_options& options = {}) : ensemble(world, options) {}
    void TearDown() override {
        if (HasFailure()) GTEST_LOG_(INFO) << "what the servers saw:\n" << ensemble.trace();
    }
    /// A user that is connected, its news read.
    std::unique_ptr<seam_user> connected(std::chrono::milliseconds timeout = 3s) {
        auto made = std::make_unique<seam_user>(world, timeout);
        world.run_until([&] { return made->session != 0; }, 1s);
        made->log.clear();
        return made;
    }
    using lines = std::vector<std::string>;

    virtual_environment world;
    sim_ensemble ensemble;
};

}  // namespace paddock::testing
