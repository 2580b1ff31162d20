#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <paddock/lease.hpp>

#include "tools/paddock/child_process.hpp"
#include "tools/paddock/kill_plan.hpp"
#include "tools/paddock/terminal.hpp"

namespace paddock::tool {

/// Runs a command under a lease and ends it in time when the lease is in danger (see `plan_kill`). Used on one
/// thread, the one that runs `io`.
class child_guard {
public:
    /// `done` is called once, with the exit code of the tool. Throws `std::system_error`.
    child_guard(boost::asio::io_context& io, lease& held, kill_limits limits, bool verbose,
                std::function<void(int)> done);

    void start(child_setup setup, const process_state& original);

    /// Passes a signal of ours on; SIGCHLD and SIGCONT mean something to the guard itself.
    void on_signal(int signal);

private:
    void on_lease_change(lease_state state);
    void look();
    void terminate();
    void kill(const std::string& why);
    void on_child_change();
    void on_child_stopped(int signal);
    void resume();
    void finish();
    [[nodiscard]] bool must_end() const { return term_sent_ || killed_; }
    [[nodiscard]] std::string who() const;

    lease& lease_;
    kill_limits limits_;
    bool verbose_;
    std::function<void(int)> done_;
    terminal terminal_;
    std::string name_;
    std::optional<child_process> child_;
    boost::asio::steady_timer next_look_;
    subscription lease_changes_;
    std::optional<std::chrono::steady_clock::time_point> term_sent_;
    bool killed_ = false;
    bool over_ = false;
};

}  // namespace paddock::tool
