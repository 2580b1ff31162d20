#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/cancellation_signal.hpp>

#include <paddock/mutex.hpp>

#include "tests/sim/rig.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

/// One started operation and what became of it.
template <class Result>
struct outcome {
    int completions = 0;
    error_code ec;
    Result result{};
    detail::boot_time at{};
    boost::asio::cancellation_signal cancel;

    [[nodiscard]] bool done() const { return completions > 0; }
    [[nodiscard]] bool granted() const { return done() && !ec; }
    void abort() { cancel.emit(boost::asio::cancellation_type::terminal); }
};
using attempt = std::shared_ptr<outcome<lease>>;

/// What one scenario needs: virtual time, an ensemble, clients; and at its end the proof that nothing was left.
class core_rig : public rig {
public:
    explicit core_rig(std::uint64_t seed = 1, ensemble_options options = {});
    ~core_rig();

    static client_options three_seconds();
    core_client& add_client(const client_options& options = three_seconds());
    core_client& connected_client(const client_options& options = three_seconds());

    /// So that every acquire has a contender of its own.
    static mutex_options unshared();

    /// Starts `mutex::async_acquire`, without a deadline.
    attempt acquire(core_client& by, const std::string& path = "/locks/a",
                    mutex_options options = unshared());
    attempt try_acquire(core_client& by, const std::string& path = "/locks/a");
    /// As a timed acquire, but its deadline is an exact point of virtual time.
    attempt acquire_within(core_client& by, std::chrono::nanoseconds limit,
                           const std::string& path = "/locks/a");
    /// Acquires, and waits for the grant.
    attempt hold(core_client& by, const std::string& path = "/locks/a");

    bool run_until_done(const attempt& which, std::chrono::nanoseconds limit = 10s) {
        return run_until([&] { return which->done(); }, limit);
    }
    /// Waits for it.
    bool granted(const attempt& which) { return run_until_done(which) && which->granted(); }
    static void let_go(const attempt& which) { which->result = lease(); }

    /// The nodes of all contenders below `path`.
    [[nodiscard]] std::size_t nodes(const std::string& path = "/locks/a") const {
        return ensemble.children(path).size();
    }
    /// Requests so far that may have made or deleted nodes.
    [[nodiscard]] std::uint64_t writes(const core_client& by) const {
        return ensemble.requests(request_kind::create, by.number()) +
               ensemble.requests(request_kind::remove, by.number()) +
               ensemble.requests(request_kind::multi, by.number());
    }
    /// Ends the scenario: heals all faults, lets waiters through one by one, closes the clients, and expects that
    /// every operation has completed once and that no node, watch, obligation, timer, handler or object is left.
    void expect_clean();

    std::vector<attempt> attempts;

private:
    attempt track();
    bool finished_ = false;
};

class CoreTest : public ::testing::Test, public core_rig {
protected:
    explicit CoreTest(const ensemble_options& options = {}) : core_rig(1, options) {}
    void TearDown() override {
        expect_clean();
        if (HasFailure()) GTEST_LOG_(INFO) << "what the servers saw:\n" << ensemble.trace();
    }
};

/// The owner of a session in tests of what lies below the client core.
template <class Result>
auto recorded(const std::shared_ptr<outcome<Result>>& into, const detail::environment& clock) {
    return [into, &clock](error_code ec, Result result) {
        ++into->completions;
        into->ec = ec;
        into->result = std::move(result);
        into->at = clock.now();
    };
}

}  // namespace paddock::testing
