#include "tools/paddock/command_line.hpp"

#include <algorithm>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

#include "tools/paddock/claim_arguments.hpp"
#include "tools/paddock/duration.hpp"
#include "tools/paddock/help_text.hpp"

namespace paddock::tool {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds shortest_session{100};
constexpr milliseconds longest_session = std::chrono::hours(24);
constexpr milliseconds default_kill_after{1000};

/// The options as text, before their rules are checked.
struct raw_options {
    server_settings where;
    claim_arguments claims;
    std::string path, timeout, kill_after, session_timeout = "10s", read_timeout = "10s", purpose, id;
    bool try_once = false, json = false, once = false;
};

milliseconds duration_of(const char* option, const std::string& text) {
    try {
        return parse_duration(text);
    } catch (const std::invalid_argument& error) {
        throw usage_error(std::string(option) + " " + error.what());
    }
}

/// CLI11's help with our usage lines, and types instead of its remarks behind the options.
class plain_formatter : public CLI::Formatter {
public:
    std::string make_usage(const CLI::App* app, std::string) const override {
        if (app->get_name() == "run")
            return "\nUsage: paddock run --lock PATH [OPTIONS] -- CMD ARGS...\n"
                   "       paddock run --semaphore PATH --limit M [OPTIONS] -- CMD ARGS...\n";
        if (app->get_name() == "elect") return "\nUsage: paddock elect PATH [OPTIONS] -- CMD ARGS...\n";
        if (app->get_name() == "who") return "\nUsage: paddock who PATH [OPTIONS]\n";
        if (app->get_name() == "list") return "\nUsage: paddock list ROOT [OPTIONS]\n";
        return "\nUsage: paddock run --lock PATH [OPTIONS] -- CMD ARGS...\n"
               "       paddock elect PATH [OPTIONS] -- CMD ARGS...\n"
               "       paddock who PATH [OPTIONS]\n"
               "       paddock list ROOT [OPTIONS]\n";
    }
    std::string make_description(const CLI::App* app) const override { return app->get_description() + "\n"; }
    std::string make_positionals(const CLI::App*) const override { return {}; }
    std::string make_option_opts(const CLI::Option* option) const override {
        return option->get_type_size() == 0 ? std::string() : " " + option->get_type_name();
    }
};

void add_server_options(CLI::App& command, raw_options& raw) {
    command
        .add_option("--servers", raw.where.servers,
                    "Servers to connect to (default: $PADDOCK_SERVERS,\nelse 127.0.0.1:2181)")
        ->type_name("HOST:PORT,...");
    command.add_option("--namespace", raw.where.name_space, "Absolute path in front of PATH")
        ->type_name("PREFIX");
    command.add_flag("-v,--verbose", raw.where.verbose, "Tell on standard error what happens");
}

void add_command_options(CLI::App& command, raw_options& raw) {
    command
        .add_option("--kill-after", raw.kill_after,
                    "From SIGTERM to SIGKILL when what is held is about to be lost;\nless than a third of "
                    "the session "
                    "timeout (default: 1s,\nor a quarter of the session timeout if that is less)")
        ->type_name("DURATION");
    command
        .add_option(
            "--session-timeout", raw.session_timeout,
            "How long the servers keep it for us without\nhearing from us, 100ms to 24h; they may have "
            "limits of\ntheir own (default: 10s)")
        ->type_name("DURATION");
}

CLI::App& add_run(CLI::App& app, raw_options& raw) {
    CLI::App& run = *app.add_subcommand("run", help::run);
    run.footer(help::run_footer);
    add_claims(run, raw.claims);
    auto* timeout =
        run.add_option("--timeout", raw.timeout, "Longest wait, connecting included (default: none)")
            ->type_name("DURATION");
    run.add_flag("--try", raw.try_once, "Do not wait behind others")->excludes(timeout);
    run.add_option("--purpose", raw.purpose, "Shown to others by `paddock who`")->type_name("TEXT");
    add_command_options(run, raw);
    add_server_options(run, raw);
    return run;
}

CLI::App& add_elect(CLI::App& app, raw_options& raw) {
    CLI::App& elect = *app.add_subcommand("elect", help::elect);
    elect.footer(help::elect_footer);
    elect.add_option("PATH", raw.path)->required();
    elect.add_option("--id", raw.id, "What others see of us (default: host and pid)")->type_name("ID");
    elect.add_flag("--once", raw.once, "End when CMD has ended, with its exit code");
    add_command_options(elect, raw);
    add_server_options(elect, raw);
    return elect;
}

void add_reader(CLI::App& reader, const char* positional, raw_options& raw) {
    reader.add_option(positional, raw.path)->required();
    reader.add_flag("--json", raw.json, "Print JSON in place of the table");
    reader.add_option("--timeout", raw.read_timeout, "Longest wait for an answer (default: 10s)")
        ->type_name("DURATION");
    add_server_options(reader, raw);
}

CLI::App& add_who(CLI::App& app, raw_options& raw) {
    CLI::App& who = *app.add_subcommand("who", help::who);
    who.footer(help::who_footer);
    add_reader(who, "PATH", raw);
    return who;
}

CLI::App& add_list(CLI::App& app, raw_options& raw) {
    CLI::App& list = *app.add_subcommand("list", help::list);
    list.footer(help::list_footer);
    add_reader(list, "ROOT", raw);
    return list;
}

command_settings checked_command(const raw_options& raw, std::vector<std::string> command) {
    command_settings settings{
        raw.where, {}, duration_of("--session-timeout", raw.session_timeout), std::move(command)};
    if (settings.session_timeout < shortest_session || settings.session_timeout > longest_session)
        throw usage_error("--session-timeout '" + raw.session_timeout + "': must be 100ms to 24h");
    settings.kill_after = std::min(default_kill_after, settings.session_timeout / 4);
    if (!raw.kill_after.empty()) settings.kill_after = duration_of("--kill-after", raw.kill_after);
    if (settings.kill_after * 3 >= settings.session_timeout)
        throw usage_error("--kill-after '" + raw.kill_after +
                          "': must be less than a third of the session timeout (" +
                          format_duration(settings.session_timeout) + ")");
    if (settings.command.empty() || settings.command.front().empty())
        throw usage_error("CMD is missing: put it behind --, as in: paddock run --lock PATH -- CMD ARGS...");
    return settings;
}

run_settings checked_run(const CLI::App& run, const raw_options& raw, std::vector<std::string> command) {
    run_settings settings{{}, claims_of(run, raw.claims), {}, raw.try_once, raw.purpose};
    if (!raw.timeout.empty()) settings.timeout = duration_of("--timeout", raw.timeout);
    static_cast<command_settings&>(settings) = checked_command(raw, std::move(command));
    return settings;
}

elect_settings checked_elect(const raw_options& raw, std::vector<std::string> command) {
    return {checked_command(raw, std::move(command)), raw.path, raw.id, raw.once};
}

/// The command behind the first "--", which CLI11 must not look at.
std::vector<std::string> split_command(std::vector<std::string>& arguments) {
    const auto mark = std::ranges::find(arguments, "--");
    if (mark == arguments.end()) return {};
    std::vector<std::string> command(mark + 1, arguments.end());
    arguments.erase(mark, arguments.end());
    return command;
}

void refuse_empty(const CLI::App& command, const char* option, const std::string& value) {
    if (command.count(option) > 0 && value.empty())
        throw usage_error(std::string(option) + " '': must not be empty");
}

}  // namespace

invocation parse_command_line(std::vector<std::string> arguments, const std::string& default_servers) {
    raw_options raw;
    CLI::App app(help::tool, "paddock");
    app.formatter(std::make_shared<plain_formatter>());
    app.get_formatter()->column_width(32);
    app.footer(help::tool_footer);
    app.set_version_flag("--version", "paddock " PADDOCK_VERSION);
    app.require_subcommand(1);
    const CLI::App& run = add_run(app, raw);
    const CLI::App& elect = add_elect(app, raw);
    add_who(app, raw);
    const CLI::App& list = add_list(app, raw);

    std::vector<std::string> command = split_command(arguments);
    const bool has_command = !command.empty();
    std::ranges::reverse(arguments);  // as CLI11 wants them
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::ExtrasError& error) {
        const bool hint = (run.parsed() || elect.parsed()) && !has_command;
        throw usage_error(std::string(error.what()) + (hint ? "; CMD and its arguments go behind --" : ""));
    } catch (const CLI::ParseError& error) {
        std::ostringstream text;
        std::ostringstream complaint;
        if (app.exit(error, text, complaint) == 0) return printed_text{text.str()};
        throw usage_error(error.what());
    }
    const CLI::App& chosen = *app.get_subcommands().front();
    for (const char* option : {"--servers", "--namespace"})
        refuse_empty(chosen, option,
                     option == std::string("--servers") ? raw.where.servers : raw.where.name_space);
    if (raw.where.servers.empty()) raw.where.servers = default_servers;
    if (run.parsed() || elect.parsed()) refuse_empty(chosen, "--kill-after", raw.kill_after);
    if (elect.parsed()) {
        refuse_empty(elect, "--id", raw.id);
        return checked_elect(raw, std::move(command));
    }
    if (run.parsed()) {
        refuse_empty(run, "--timeout", raw.timeout);
        return checked_run(run, raw, std::move(command));
    }
    if (has_command)
        throw usage_error("'" + command.front() + "': " + chosen.get_name() + " takes no command behind --");
    read_settings settings{raw.where, raw.path, raw.json, duration_of("--timeout", raw.read_timeout)};
    if (list.parsed()) return list_settings{std::move(settings)};
    return who_settings{std::move(settings)};
}

}  // namespace paddock::tool
