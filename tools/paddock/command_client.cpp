#include "tools/paddock/command_client.hpp"

#include <algorithm>
#include <csignal>

#include "tools/paddock/duration.hpp"
#include "tools/paddock/say.hpp"

namespace paddock::tool {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_heartbeat_interval{4000};  // servers rarely allow sessions above 40 s

/// What others read in `paddock who`: the command's name, if it is fit to be shown.
std::string application_of(const std::vector<std::string>& command) {
    const std::string& path = command.front();
    const std::string name = path.substr(path.find_last_of('/') + 1);
    const bool plain = std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
    return plain && !name.empty() && name.size() <= 64 ? name : "paddock";
}

}  // namespace

client connect_for(const command_settings& settings, boost::asio::io_context& io) {
    client_options options;
    options.servers = settings.where.servers;
    options.name_space = settings.where.name_space;
    options.session_timeout = settings.session_timeout;
    // Often, so that much of the session timeout is left when contact is lost.
    options.heartbeat_interval =
        std::clamp(settings.session_timeout / 10, milliseconds(1), longest_heartbeat_interval);
    options.application = application_of(settings.command);
    options.callback_executor = io.get_executor();
    // The library's threads inherit the mask: signals are for this thread.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct restorer {
        const sigset_t& mask;
        ~restorer() { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
    } restore{before};
    return client(options);
}

kill_limits limits_of(const command_settings& settings, const client& connected) {
    const milliseconds timeout = connected.session_timeout();
    const kill_limits limits = limits_for(settings.kill_after, timeout);
    if (limits.kill_after < settings.kill_after)
        say("the servers allow a session timeout of " + format_duration(timeout) +
            " only: --kill-after is cut to " + format_duration(limits.kill_after));
    return limits;
}

void add_signals(boost::asio::signal_set& signals, const process_state& original) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT})
        if (!original.ignores(signal)) signals.add(signal);
}

}  // namespace paddock::tool
