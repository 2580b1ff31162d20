#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tools/paddock/child_process.hpp"
#include "tools/paddock/hold.hpp"
#include "tools/paddock/kill_plan.hpp"
#include "tools/paddock/terminal.hpp"

namespace paddock::tool {

/// What became of a command.
struct child_outcome {
    int code = 0;              ///< for the tool to end with
    bool lost = false;         ///< what it ran under was, or nearly: it was ended, or not started
    bool not_started = false;  ///< it could not be executed
};

/// Runs a command under a lease or a term and ends it in time when that is in danger (see `plan_kill`). Used on one
/// thread, the one that runs `io`.
class child_guard {
public:
    /// `done` is called once. `held` must live on.
    child_guard(boost::asio::io_context& io, hold& held, kill_limits limits, bool verbose,
                std::function<void(child_outcome)> done);

    /// Not even starts a command that it would have to end at once. Throws `std::system_error`.
    void start(child_setup setup, const process_state& original);

    /// Passes a signal of ours on; SIGCHLD and SIGCONT mean something to the guard itself.
    void on_signal(int signal);

    /// Looks at once at what is held, in addition to all it does by itself.
    void look();

private:
    [[nodiscard]] kill_plan plan() const;
    void on_state_change(lease_state state);
    void terminate();
    void kill(const std::string& why);
    void on_child_change();
    void on_child_stopped(int signal);
    void resume();
    void finish();
    [[nodiscard]] bool must_end() const { return term_sent_ || killed_; }
    [[nodiscard]] std::string who() const;

    hold& held_;
    kill_limits limits_;
    bool verbose_;
    std::function<void(child_outcome)> done_;
    terminal terminal_;
    std::string name_;
    std::optional<child_process> child_;
    boost::asio::steady_timer next_look_;
    subscription changes_;
    std::optional<std::chrono::steady_clock::time_point> term_sent_;
    bool killed_ = false;
    bool over_ = false;
};

}  // namespace paddock::tool
