#include "tools/paddock/elect_command.hpp"

#include <csignal>
#include <optional>
#include <system_error>

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <paddock/client.hpp>
#include <paddock/leader_latch.hpp>

#include "tools/paddock/child_guard.hpp"
#include "tools/paddock/command_client.hpp"
#include "tools/paddock/exit_codes.hpp"
#include "tools/paddock/say.hpp"
#include "tools/paddock/who_report.hpp"

namespace paddock::tool {

namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds longest_silence{5000};
constexpr milliseconds longest_close{3000};
constexpr milliseconds shortest_term{1000};  // a command that fails at once must not keep the servers busy

std::string host_and_pid() {
    char host[256] = "unknown";
    if (gethostname(host, sizeof host - 1) != 0) return "unknown:" + std::to_string(getpid());
    return std::string(host) + ":" + std::to_string(getpid());
}

/// Everything happens on the thread that runs `io_`. A command is started only when the one before has been reaped, and
/// only in a term that is not over.
class election {
public:
    election(const elect_settings& settings, const process_state& original);
    int run();

private:
    enum class phase { competing, guarding, resting, closing };

    void listen();
    void on_signal(int signal);
    void on_change(const std::optional<leader_term>& now);
    void lead();
    void on_command_ended(const child_outcome& outcome);
    void rest();
    void close(int code);
    void tell(const std::string& text) const {
        if (settings_.where.verbose) say(text);
    }

    const elect_settings& settings_;
    const process_state& original_;
    const std::string id_;
    asio::io_context io_;
    asio::signal_set signals_{io_};
    asio::steady_timer patience_{io_};
    client client_;
    leader_latch latch_;
    std::optional<leader_term> term_;
    std::optional<term_hold> hold_;
    std::optional<child_guard> guard_;
    phase phase_ = phase::competing;
    steady_clock::time_point led_since_;
    fencing_token led_token_;
    std::uint64_t terms_ = 0;
    int ended_by_ = 0;  // the signal that ends everything
    int code_ = exit_code::failed;
};

election::election(const elect_settings& settings, const process_state& original)
    : settings_(settings),
      original_(original),
      id_(settings.id.empty() ? host_and_pid() : settings.id),
      client_(connect_for(settings, io_)),
      latch_(client_, settings.path,
             {.id = id_, .on_change = [this](const std::optional<leader_term>& now) { on_change(now); }}) {}

int election::run() {
    add_signals(signals_, original_);
    listen();
    patience_.expires_after(longest_silence);
    patience_.async_wait([this](const error_code& ec) {
        if (!ec && client_.state() != session_state::connected)
            say("no server of " + settings_.where.servers + " answers so far");
    });
    latch_.start();
    io_.run();
    guard_.reset();
    client_.close();
    return code_;
}

void election::listen() {
    signals_.async_wait([this](const error_code& ec, int signal) {
        if (ec) return;
        on_signal(signal);
        listen();
    });
}

void election::on_signal(int signal) {
    const bool ends = signal == SIGINT || signal == SIGTERM;
    if (phase_ == phase::guarding) {
        if (ends) ended_by_ = signal;
        guard_->on_signal(signal);
    } else if (phase_ == phase::closing) {
        if (ends) io_.stop();
    } else if (ends || signal == SIGHUP || signal == SIGQUIT) {
        close(exit_code::signal_base + signal);
    }
}

void election::on_change(const std::optional<leader_term>& now) {
    term_ = now;
    if (phase_ == phase::guarding) guard_->look();
    if (phase_ == phase::competing) lead();
}

void election::lead() {
    if (!term_ || term_->ended.stop_requested() || !latch_.leads()) return;
    patience_.cancel();
    led_since_ = steady_clock::now();
    led_token_ = term_->token;
    const std::string token = term_->token.to_string();
    tell("leading " + settings_.path + ", token " + token);
    child_setup setup;
    setup.command = settings_.command;
    // Those of a `paddock run` around us must not pass for ours, or be paired with our token.
    setup.environment = {{"PADDOCK_TOKEN", token},
                         {"PADDOCK_LOCK", settings_.path},
                         {"PADDOCK_TOKENS", token},
                         {"PADDOCK_LOCKS", settings_.path},
                         {"PADDOCK_SESSION", session_text(client_.session_id())},
                         {"PADDOCK_TERM", std::to_string(++terms_)},
                         {"PADDOCK_LEADER_ID", id_}};
    signals_.add(SIGCHLD);
    signals_.add(SIGTSTP);
    hold_.emplace(latch_, *term_);
    guard_.emplace(io_, *hold_, limits_of(settings_, client_), settings_.where.verbose,
                   [this](child_outcome outcome) {
                       asio::post(io_, [this, outcome] {
                           on_command_ended(outcome);
                       });  // the guard is not to be ended from inside
                   });
    phase_ = phase::guarding;
    try {
        guard_->start(std::move(setup), original_);
    } catch (const std::system_error& error) {
        say("cannot start " + settings_.command.front() + ": " + error.what());
        close(exit_code::cannot_execute);
    }
}

void election::on_command_ended(const child_outcome& outcome) {
    signals_.remove(SIGTSTP);
    guard_.reset();
    if (ended_by_ != 0 || outcome.not_started || (settings_.once && !outcome.lost))
        return close(outcome.code);
    // A term that is given up because it is in danger is not over yet: nothing is to be started in it again.
    const bool same_term = term_ && term_->token == led_token_;
    if (outcome.lost && !same_term) {
        phase_ = phase::competing;
        return lead();  // in the next term, if that has begun
    }
    if (!outcome.lost)
        tell(settings_.command.front() + " has ended with code " + std::to_string(outcome.code));
    rest();
}

// Out of office, for a moment out of the race too if the term was very short.
void election::rest() {
    phase_ = phase::resting;
    latch_.async_resign(after_term::stop, [this](const error_code&, release_result) {
        if (phase_ != phase::resting) return;
        patience_.expires_at(led_since_ + shortest_term);
        patience_.async_wait([this](const error_code& ec) {
            if (ec || phase_ != phase::resting) return;
            phase_ = phase::competing;
            latch_.start();
        });
    });
}

void election::close(int code) {
    code_ = code;
    phase_ = phase::closing;
    patience_.expires_after(longest_close);
    patience_.async_wait([this](const error_code& ec) {
        if (ec) return;
        say("the resignation is not confirmed: others may have to wait for the session timeout");
        io_.stop();
    });
    latch_.async_close(close_mode::silent, [this](const error_code&) { io_.stop(); });
}

}  // namespace

int elect_command(const elect_settings& settings, const process_state& original) {
    election run(settings, original);
    return run.run();
}

}  // namespace paddock::tool
