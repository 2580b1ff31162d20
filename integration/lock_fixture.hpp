#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <paddock/paddock.hpp>

#include "integration/support/eventually.hpp"
#include "integration/support/shared_servers.hpp"

namespace paddock::testing {

/// A directory of the test's own on real servers. After every test nothing may be left: no contender, no watch, no
/// thread, no file descriptor.
class LockTest : public ::testing::Test {
protected:
    explicit LockTest(zk_ensemble& servers = shared_standalone());

    void SetUp() override;
    void TearDown() override;

    /// For a client of these servers; of others (proxies) when `servers` names them.
    [[nodiscard]] client_options options(const std::string& servers = {}) const;
    /// A path below the test's directory.
    [[nodiscard]] std::string path(const std::string& name = "lock") const { return root_ + "/" + name; }
    /// So that every acquire has a contender of its own.
    static mutex_options unshared() {
        mutex_options each;
        each.sharing.turns = 0;
        return each;
    }

    /// What a client that is independent of the library sees. `question` is asked again when a connection breaks.
    template <class Question>
    auto ask(Question question) {
        for (int attempt = 1;; ++attempt) {
            try {
                return question(observer());
            } catch (const connection_lost&) {
                observer_.reset();
                if (attempt == 5) throw;
            }
        }
    }
    [[nodiscard]] std::vector<std::string> nodes(const std::string& directory);
    [[nodiscard]] bool has_nodes(const std::string& directory, std::size_t count,
                                 std::chrono::milliseconds within = default_wait);

    /// Ends a session at the servers, as an expiry does: its nodes go, its owner learns of it from a server.
    [[nodiscard]] bool expire(std::int64_t session_id);

    zk_ensemble& servers_;
    std::string root_;

private:
    raw_client& observer();
    void find_leftovers(const std::string& node, std::vector<std::string>& found);
    [[nodiscard]] std::vector<std::string> leftovers();

    std::optional<raw_client> observer_;
    std::size_t threads_ = 0;
    std::size_t descriptors_ = 0;
    std::size_t watches_ = 0;
};

/// The same on 1 and on 3 servers.
class LockOnServersTest : public LockTest, public ::testing::WithParamInterface<std::size_t> {
protected:
    LockOnServersTest() : LockTest(GetParam() == 1 ? shared_standalone() : shared_ensemble()) {}
};

/// What one holder at a time may enter; says when two have met and whether the tokens grow from each to the next.
class guarded_section {
public:
    /// To be called while the lease is held.
    void visit(fencing_token token) {
        if (inside_.exchange(true)) collisions_.fetch_add(1);
        if (token <= last_) disorder_.fetch_add(1);
        last_ = token;
        ++visits_;
        inside_.store(false);
    }
    [[nodiscard]] int visits() const { return visits_; }
    [[nodiscard]] int collisions() const { return collisions_; }
    [[nodiscard]] int disorder() const { return disorder_; }

private:
    std::atomic<bool> inside_ = false;
    std::atomic<int> collisions_ = 0;
    std::atomic<int> disorder_ = 0;
    fencing_token last_;  // like `visits_`, guarded by the lock under test alone
    int visits_ = 0;
};

/// Everything a lease reports, in order.
class observed_states {
public:
    std::function<void(lease_state)> handler() {
        return [this](lease_state now) {
            const std::lock_guard lock(guard_);
            seen_.push_back(now);
        };
    }
    std::vector<lease_state> so_far() {
        const std::lock_guard lock(guard_);
        return seen_;
    }

private:
    std::mutex guard_;
    std::vector<lease_state> seen_;
};

/// Completion handler of an asynchronous acquire, and what came of it.
class pending_lease {
public:
    [[nodiscard]] auto handler() {
        return [state = state_](error_code ec, lease held) {
            state->ec = ec;
            state->held = std::move(held);
            state->calls.fetch_add(1);
        };
    }
    [[nodiscard]] bool done() const { return state_->calls.load() > 0; }
    [[nodiscard]] int calls() const { return state_->calls.load(); }
    [[nodiscard]] bool wait(std::chrono::milliseconds within = default_wait) const {
        return eventually([this] { return done(); }, within);
    }
    [[nodiscard]] error_code error() const { return state_->ec; }
    [[nodiscard]] lease& held() const { return state_->held; }

private:
    struct outcome {
        error_code ec;
        lease held;
        std::atomic<int> calls = 0;
    };
    std::shared_ptr<outcome> state_ = std::make_shared<outcome>();
};

/// Busy until `moment`: for instants that no event marks and no timer hits exactly.
void spin_until(std::chrono::steady_clock::time_point moment);

/// Lets a load run for a while; nothing waits for what happens meanwhile.
void pace(std::chrono::milliseconds length);

/// Threads of this process with this name.
[[nodiscard]] std::size_t threads_named(const std::string& name);

}  // namespace paddock::testing
