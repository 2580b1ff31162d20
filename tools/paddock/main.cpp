#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>

#include <glog/logging.h>

#include <paddock/error.hpp>

#include "tools/paddock/command_line.hpp"
#include "tools/paddock/elect_command.hpp"
#include "tools/paddock/exit_codes.hpp"
#include "tools/paddock/process_state.hpp"
#include "tools/paddock/read_commands.hpp"
#include "tools/paddock/run_command.hpp"
#include "tools/paddock/say.hpp"

namespace paddock::tool {

namespace {

std::string default_servers() {
    const char* servers = std::getenv("PADDOCK_SERVERS");
    return servers != nullptr && *servers != '\0' ? servers : "127.0.0.1:2181";
}

/// The log of the library, on standard error and nowhere else.
class log_to_stderr final : public google::LogSink {
public:
    using google::LogSink::send;
    void send(google::LogSeverity severity, const char*, const char* file, int line,
              const google::LogMessageTime& when, const char* message, std::size_t length) override {
        say_log_line(ToString(severity, file, line, when, message, length));
    }
};

void start_logging(const char* program, bool verbose) {
    static log_to_stderr sink;
    // The environment (GLOG_...) must not bring back the log's own ways out: they wait for a reader.
    FLAGS_logtostderr = FLAGS_alsologtostderr = FLAGS_logtostdout = false;
    FLAGS_minloglevel = verbose ? google::GLOG_INFO : google::GLOG_WARNING;
    FLAGS_stderrthreshold = google::NUM_SEVERITIES;
    google::InitGoogleLogging(program);
    for (int severity = google::GLOG_INFO; severity < google::NUM_SEVERITIES; ++severity)
        google::SetLogDestination(severity, "");  // no file
    google::AddLogSink(&sink);
}

/// For a process that stands between its command and the terminal: writing must not end or stop it, and it
/// must be able to hear signals.
void prepare_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGTTOU, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

int dispatch(const invocation& what, const char* program, const process_state& original) {
    if (const auto* printed = std::get_if<printed_text>(&what)) {
        std::cout << printed->text << std::flush;
        return std::cout ? exit_code::ok : exit_code::failed;
    }
    if (const auto* who = std::get_if<who_settings>(&what)) {
        start_logging(program, who->where.verbose);
        return who_command(*who);
    }
    if (const auto* list = std::get_if<list_settings>(&what)) {
        start_logging(program, list->where.verbose);
        return list_command(*list);
    }
    if (const auto* elect = std::get_if<elect_settings>(&what)) {
        start_logging(program, elect->where.verbose);
        prepare_signals();
        return elect_command(*elect, original);
    }
    const auto& run = std::get<run_settings>(what);
    start_logging(program, run.where.verbose);
    prepare_signals();
    return run_command(run, original);
}

}  // namespace

}  // namespace paddock::tool

int main(int argc, char** argv) {
    using namespace paddock::tool;
    try {
        const process_state original = process_state::current();
        const auto what = parse_command_line({argv + 1, argv + argc}, default_servers());
        return dispatch(what, argv[0], original);
    } catch (const usage_error& error) {
        say(error.what());
        say("see paddock --help");
        return exit_code::usage;
    } catch (const paddock::argument_error& error) {
        say(error.what());
        return exit_code::usage;
    } catch (const std::exception& error) {
        say(error.what());
        return exit_code::failed;
    }
}
