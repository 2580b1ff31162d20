#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "integration/interop/guard_log.hpp"
#include "integration/interop/peer_process.hpp"
#include "integration/lock_fixture.hpp"
#include "integration/support/temp_dir.hpp"

namespace paddock::testing {

/// Ours in this process, others in processes of their own, all on one real server.
class InteropTest : public LockTest {
protected:
    /// How to start peers on this server. Whoever is killed had better have a short session.
    [[nodiscard]] std::vector<std::string> curator(
        std::chrono::milliseconds session_timeout = std::chrono::seconds(10)) const {
        return curator_peer(servers_.connect_string(), session_timeout);
    }
    [[nodiscard]] std::vector<std::string> kazoo() const {
        return kazoo_peer(servers_.connect_string(), std::chrono::seconds(10));
    }

    /// What a peer answers that has been granted this node of `path()`.
    [[nodiscard]] std::string granted(const std::string& node) const {
        return "granted " + path() + "/" + node;
    }
    /// The answer of a peer is the grant of the node that has this place in `path()` now.
    void expect_grant(const std::string& answer, std::size_t place) {
        EXPECT_EQ(answer, granted(nodes(path()).at(place)));
    }

    temp_dir work_{"interop"};
    guard_log guard_{work_.path() / "guard"};
};

/// With two Curators that serve all tests of a suite, and are ready. Not to be killed.
class CuratorTest : public InteropTest {
protected:
    static void SetUpTestSuite() {
        const auto argv = curator_peer(shared_standalone().connect_string(), std::chrono::seconds(10));
        java_.emplace(argv);
        other_java_.emplace(argv);
        (void)java_->session_id();
        (void)other_java_->session_id();
    }
    static void TearDownTestSuite() {
        java_.reset();
        other_java_.reset();
    }

    static peer_process& java() { return java_.value(); }
    static peer_process& other_java() { return other_java_.value(); }

private:
    inline static std::optional<peer_process> java_;
    inline static std::optional<peer_process> other_java_;
};

}  // namespace paddock::testing
