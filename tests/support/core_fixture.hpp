#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/cancellation_signal.hpp>

#include <paddock/mutex.hpp>

#include "core/client_core.hpp"
#include "tests/sim/ensemble.hpp"
#include "tests/sim/virtual_environment.hpp"
#include "tests/sim/virtual_process.hpp"

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

/// A client of a simulated process of its own: the whole core above the seam, no threads.
class core_client {
public:
    core_client(virtual_environment& world, sim_ensemble& ensemble, const client_options& options);
    ~core_client();
    core_client(const core_client&) = delete;
    core_client& operator=(const core_client&) = delete;

    [[nodiscard]] client_stats stats() const { return core->stats(); }
    [[nodiscard]] session_state state() const { return core->snapshot().state; }
    [[nodiscard]] std::int64_t session_id() const { return core->snapshot().session_id; }
    /// The handle of the present session, for the ensemble's controls and counters; 0 while there is none.
    [[nodiscard]] handle_number number() const;
    /// Starts to close; `closed` follows.
    void close();

    virtual_environment& world;
    sim_ensemble& ensemble;
    virtual_process process;
    std::size_t pending_handlers = 0;  ///< posted by core and not yet run
    std::shared_ptr<detail::client_core> core;
    client handle;
    bool closing = false;
    bool closed = false;
};

/// What one scenario needs: virtual time, an ensemble, clients; and at its end the proof that nothing was left.
class core_rig {
public:
    explicit core_rig(std::uint64_t seed = 1, ensemble_options options = {});
    ~core_rig();

    static client_options three_seconds();
    core_client& add_client(const client_options& options = three_seconds());
    core_client& connected_client(const client_options& options = three_seconds());

    /// Starts `mutex::async_acquire`, without a deadline.
    attempt acquire(core_client& by, const std::string& path = "/locks/a", mutex_options options = {});
    attempt try_acquire(core_client& by, const std::string& path = "/locks/a");
    /// As a timed acquire, but its deadline is an exact point of virtual time.
    attempt acquire_within(core_client& by, std::chrono::nanoseconds limit,
                           const std::string& path = "/locks/a");
    /// Acquires, and waits for the grant.
    attempt hold(core_client& by, const std::string& path = "/locks/a");

    bool run_until(const std::function<bool()>& done, std::chrono::nanoseconds limit = 10s) {
        return world.run_until(done, limit);
    }
    bool run_until_done(const attempt& which, std::chrono::nanoseconds limit = 10s) {
        return run_until([&] { return which->done(); }, limit);
    }

    /// The nodes of all contenders below `path`.
    [[nodiscard]] std::size_t nodes(const std::string& path = "/locks/a") const {
        return ensemble.children(path).size();
    }
    /// What is left over of acquires that have ended: nothing, once the servers answer.
    [[nodiscard]] bool quiet() const;

    /// Ends the scenario: heals all faults, lets waiters through one by one, closes the clients, and expects that
    /// every operation has completed once and that no node, watch, obligation, timer, handler or object is left.
    void expect_clean();

    virtual_environment world;
    sim_ensemble ensemble;
    std::list<core_client> clients;
    std::vector<attempt> attempts;

private:
    attempt track();
    void heal();
    void expect_closed();
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
