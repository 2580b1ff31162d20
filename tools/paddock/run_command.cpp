#include "tools/paddock/run_command.hpp"

#include <algorithm>
#include <csignal>
#include <optional>
#include <system_error>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <paddock/client.hpp>

#include "tools/paddock/child_guard.hpp"
#include "tools/paddock/claims.hpp"
#include "tools/paddock/command_client.hpp"
#include "tools/paddock/duration.hpp"
#include "tools/paddock/exit_codes.hpp"
#include "tools/paddock/say.hpp"
#include "tools/paddock/who_report.hpp"

namespace paddock::tool {

namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds silence_before_notice{5000};
constexpr milliseconds longest_release{3000};

/// What the command is told. The lists are there for one claim too, and what only `paddock elect` says is taken away:
/// what a tool around us says must not pass for ours.
environment_changes environment_of(const lease& held) {
    std::string tokens;
    std::string locks;
    for (const lease_part& part : held.parts()) {
        const char* const space = tokens.empty() ? "" : " ";
        tokens += space + part.token.to_string();
        locks += space + part.path;
    }
    return {{"PADDOCK_TOKEN", held.fencing_token().to_string()},
            {"PADDOCK_LOCK", held.parts().front().path},
            {"PADDOCK_TOKENS", tokens},
            {"PADDOCK_LOCKS", locks},
            {"PADDOCK_SESSION", session_text(held.session_id())},
            {"PADDOCK_TERM", std::nullopt},
            {"PADDOCK_LEADER_ID", std::nullopt}};
}

class locked_run {
public:
    locked_run(const run_settings& settings, const process_state& original);
    int run();

private:
    enum class phase { waiting, guarding, releasing };

    void listen_to_signals();
    void acquire();
    void notice_silence();
    void on_signal(int signal);
    void on_acquired(const error_code& ec, lease held);
    void start_command();
    void on_command_ended(int code);
    void on_released(const error_code& ec, release_result result);
    void end(int code);
    [[nodiscard]] int code_of(const error_code& ec);
    void tell(const std::string& text) const;

    const run_settings& settings_;
    const process_state& original_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    asio::io_context io_;
    asio::signal_set signals_{io_};
    asio::steady_timer patience_{io_};
    asio::cancellation_signal cancel_;
    client client_;
    claim claim_;
    lease lease_;
    std::optional<lease_hold> hold_;
    std::optional<child_guard> guard_;
    phase phase_ = phase::waiting;
    int ended_by_ = 0;  // the signal that ended the wait
    int code_ = exit_code::failed;
};

locked_run::locked_run(const run_settings& settings, const process_state& original)
    : settings_(settings),
      original_(original),
      client_(connect_for(settings, io_)),
      claim_(claim_for(client_, settings.claims, settings.purpose,
                       [this](const std::string& path, std::size_t ahead) {
                           if (ahead > 0)
                               tell("waiting for " + path + ", " + std::to_string(ahead) + " ahead");
                       })) {}

int locked_run::run() {
    listen_to_signals();
    notice_silence();
    acquire();
    io_.run();
    guard_.reset();
    client_.close();
    return code_;
}

void locked_run::listen_to_signals() {
    add_signals(signals_, original_);
    signals_.async_wait([this](const error_code& ec, int signal) {
        if (ec) return;
        on_signal(signal);
    });
}

void locked_run::acquire() {
    auto handler = asio::bind_cancellation_slot(
        cancel_.slot(), [this](const error_code& ec, lease held) { on_acquired(ec, std::move(held)); });
    if (settings_.try_once)
        claim_.async_try_acquire(std::move(handler));
    else if (settings_.timeout)
        claim_.async_acquire_until(started_ + *settings_.timeout, std::move(handler));
    else
        claim_.async_acquire(std::move(handler));
}

void locked_run::notice_silence() {
    patience_.expires_after(silence_before_notice);
    patience_.async_wait([this](const error_code& ec) {
        if (!ec && client_.state() != session_state::connected)
            say("no server of " + settings_.where.servers + " answers so far");
    });
}

void locked_run::on_signal(int signal) {
    switch (phase_) {
        case phase::waiting:
            if (signal != SIGINT && signal != SIGTERM && signal != SIGHUP && signal != SIGQUIT) break;
            ended_by_ = signal;
            cancel_.emit(asio::cancellation_type::terminal);
            break;
        case phase::guarding: guard_->on_signal(signal); break;
        case phase::releasing:
            if (signal == SIGINT || signal == SIGTERM) io_.stop();
            break;
    }
    signals_.async_wait([this](const error_code& ec, int next) {
        if (!ec) on_signal(next);
    });
}

void locked_run::on_acquired(const error_code& ec, lease held) {
    patience_.cancel();
    io_.poll();  // signals that came while we waited are not for the command
    if (ended_by_ != 0) return end(exit_code::signal_base + ended_by_);
    if (ec) return end(code_of(ec));
    lease_ = std::move(held);
    tell("holding " + claim_.path() + ", token " + lease_.fencing_token().to_string());
    start_command();
}

void locked_run::start_command() {
    child_setup setup;
    setup.command = settings_.command;
    setup.environment = environment_of(lease_);
    signals_.add(SIGCHLD);
    signals_.add(SIGTSTP);
    hold_.emplace(lease_);
    guard_.emplace(io_, *hold_, limits_of(settings_, client_), settings_.where.verbose,
                   [this](child_outcome outcome) { on_command_ended(outcome.code); });
    phase_ = phase::guarding;
    try {
        guard_->start(std::move(setup), original_);
    } catch (const std::system_error& error) {
        say("cannot start " + settings_.command.front() + ": " + error.what());
        on_command_ended(exit_code::cannot_execute);
    }
}

void locked_run::on_command_ended(int code) {
    code_ = code;
    phase_ = phase::releasing;
    patience_.expires_after(longest_release);
    patience_.async_wait([this](const error_code& ec) {
        if (!ec) cancel_.emit(asio::cancellation_type::terminal);
    });
    lease_.async_release(asio::bind_cancellation_slot(
        cancel_.slot(), [this](const error_code& ec, release_result result) { on_released(ec, result); }));
}

void locked_run::on_released(const error_code& ec, release_result result) {
    if (ec || result == release_result::unconfirmed)
        say("the release is not confirmed: others may have to wait for the session timeout (" +
            format_duration(settings_.session_timeout) + ")");
    end(code_);
}

void locked_run::end(int code) {
    code_ = code;
    io_.stop();
}

int locked_run::code_of(const error_code& ec) {
    if (ec == errc::timed_out) {
        say("not acquired: others hold " + claim_.path() + " or wait for it");
        return exit_code::not_acquired;
    }
    if (ec == errc::servers_unreachable) {
        say("no server of " + settings_.where.servers + " answered in time");
        return exit_code::unreachable;
    }
    const std::string why = ec == errc::conflict ? conflict_text(client_, settings_.claims) : ec.message();
    say("cannot acquire " + claim_.path() + ": " + why);
    return exit_code::failed;
}

void locked_run::tell(const std::string& text) const {
    if (settings_.where.verbose) say(text);
}

}  // namespace

int run_command(const run_settings& settings, const process_state& original) {
    locked_run run(settings, original);
    return run.run();
}

}  // namespace paddock::tool
