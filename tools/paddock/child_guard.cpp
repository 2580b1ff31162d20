#include "tools/paddock/child_guard.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

#include "tools/paddock/duration.hpp"
#include "tools/paddock/exit_codes.hpp"
#include "tools/paddock/say.hpp"

namespace paddock::tool {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Bound on how late a jump of the clocks is seen: while the machine sleeps, its timers do not run.
constexpr milliseconds longest_sleep{250};

/// Suspends our process group, as Ctrl-Z would have if the command had not been in front of us. Without a
/// shell that could continue us the kernel ignores it.
void suspend_ourselves() {
    struct sigaction stop {};
    struct sigaction before {};
    stop.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &stop, &before);
    ::kill(0, SIGTSTP);
    sigaction(SIGTSTP, &before, nullptr);
}

}  // namespace

child_guard::child_guard(boost::asio::io_context& io, hold& held, kill_limits limits, bool verbose,
                         std::function<void(child_outcome)> done)
    : held_(held), limits_(limits), verbose_(verbose), done_(std::move(done)), next_look_(io) {}

void child_guard::start(child_setup setup, const process_state& original) {
    name_ = setup.command.front();
    if (plan().step != kill_step::wait) {  // this process was stopped, or out of contact, for that long
        over_ = true;
        say(held_.name() + (" was lost, or nearly, before " + name_) + " could start");
        return done_({exit_code::lock_lost, true, false});
    }
    if (terminal_.should_be_given()) setup.terminal = terminal_.descriptor();
    child_.emplace(setup, original);
    changes_ = held_.on_state_change([this](lease_state state) { on_state_change(state); });
    look();
}

std::string child_guard::who() const { return name_ + " (pid " + std::to_string(child_->pid()) + ")"; }

void child_guard::on_state_change(lease_state state) {
    if (over_) return;
    if (verbose_ && state == lease_state::held) say("in contact again");
    if (verbose_ && state == lease_state::suspect)
        say("out of contact; without change " + name_ + " gets SIGTERM in " +
            format_age(held_.remaining() - limits_.margin - limits_.kill_after));
    look();
}

kill_plan child_guard::plan() const {
    guard_view view{held_.state(), held_.remaining(), std::nullopt};
    const auto now = steady_clock::now();
    if (term_sent_) view.since_term = std::chrono::duration_cast<milliseconds>(now - *term_sent_);
    return plan_kill(view, limits_);
}

void child_guard::look() {
    if (over_ || killed_) return;
    const kill_plan next = plan();
    if (next.step == kill_step::kill) {
        kill(held_.state() == lease_state::lost ? held_.why_lost()
             : term_sent_                       ? "it is still running after SIGTERM"
                                                : "the session may expire any moment");
        return;
    }
    if (next.step == kill_step::terminate) terminate();
    next_look_.expires_after(std::clamp(next.look_again, milliseconds(1), longest_sleep));
    next_look_.async_wait([this](const boost::system::error_code& ec) {
        if (!ec) look();
    });
}

void child_guard::terminate() {
    term_sent_ = steady_clock::now();
    child_->signal_group(SIGTERM);
    child_->signal_group(SIGCONT);  // a stopped command could not end in good order
    say("no contact with the servers, the session may expire in " + format_duration(held_.remaining()) +
        ": SIGTERM to " + who());
}

void child_guard::kill(const std::string& why) {
    killed_ = true;
    child_->signal_group(SIGKILL);
    say((term_sent_ ? std::string() : held_.name() + std::string(" is lost: ")) + why + ": SIGKILL to " +
        who());
}

void child_guard::on_signal(int signal) {
    if (over_) return;
    if (signal == SIGCHLD) return on_child_change();
    if (signal == SIGCONT) return resume();
    child_->signal_group(signal);
}

void child_guard::on_child_change() {
    if (child_->has_ended()) return finish();
    if (const auto signal = child_->stopped_by()) on_child_stopped(*signal);
}

void child_guard::on_child_stopped(int signal) {
    if (signal != SIGTSTP && signal != SIGTTIN && signal != SIGTTOU)
        return;  // somebody's SIGSTOP is theirs to undo
    if (must_end() || !terminal_.exists()) return;
    if (signal != SIGTSTP && terminal_.is_ours()) {
        terminal_.give_to(child_->pid());
        child_->signal_group(SIGCONT);
        return;
    }
    terminal_.take_back(child_->pid(), true);
    suspend_ourselves();
    resume();
}

void child_guard::resume() {
    look();  // first: the lock may be gone since
    if (killed_) return;
    if (terminal_.should_be_given()) terminal_.give_to(child_->pid());
    child_->signal_group(SIGCONT);
}

void child_guard::finish() {
    // Asked before the command is let go: what it did last was done under this.
    const bool lost = held_.state() == lease_state::lost || held_.remaining() <= milliseconds::zero();
    over_ = true;
    next_look_.cancel();
    changes_.reset();
    if (must_end()) child_->signal_group(SIGKILL);  // what is left of its group
    const child_end end = child_->reap();
    terminal_.take_back(child_->pid(), end.killed);
    if (end.exec_error != 0) say("cannot execute '" + name_ + "': " + std::strerror(end.exec_error));
    if (lost && !must_end())
        say(held_.name() + (" was lost before " + name_) + " ended: " + held_.why_lost());
    const bool ended_by_us = lost || must_end();
    done_({ended_by_us ? exit_code::lock_lost : end.code, ended_by_us, end.exec_error != 0});
}

}  // namespace paddock::tool
