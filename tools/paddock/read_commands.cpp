#include "tools/paddock/read_commands.hpp"

#include <chrono>
#include <iostream>

#include <paddock/inspect.hpp>

#include "tools/paddock/exit_codes.hpp"
#include "tools/paddock/list_report.hpp"
#include "tools/paddock/say.hpp"
#include "tools/paddock/who_report.hpp"

namespace paddock::tool {

namespace {

client connect(const server_settings& where) {
    client_options options;
    options.servers = where.servers;
    options.name_space = where.name_space;
    return client(options);
}

std::int64_t now_in_ms() {
    using std::chrono::milliseconds;
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(since_1970).count();
}

int print(const std::string& text) {
    std::cout << text << std::flush;
    return std::cout ? exit_code::ok : exit_code::failed;
}

int complain(const error_code& ec, const read_settings& settings) {
    if (ec == errc::servers_unreachable) {
        say("no server of " + settings.where.servers + " answered in time");
        return exit_code::unreachable;
    }
    if (ec == errc::timed_out) {
        say("not all of " + settings.path + " was read within the --timeout");
        return exit_code::unreachable;
    }
    say("cannot read " + settings.path + ": " + ec.message());
    return exit_code::failed;
}

}  // namespace

int who_command(const who_settings& settings) {
    client zk = connect(settings.where);
    error_code ec;
    const directory_report found = inspect(zk, settings.path, settings.timeout, ec);
    if (ec) return complain(ec, settings);
    return print(settings.json ? who_json(found, now_in_ms()) : who_table(found, now_in_ms()));
}

int list_command(const list_settings& settings) {
    client zk = connect(settings.where);
    error_code ec;
    const auto found = inspect_tree(zk, settings.path, settings.timeout, inspected_nodes_max, ec);
    if (ec && found.empty()) return complain(ec, settings);
    const int code = print(settings.json ? list_json(found, now_in_ms()) : list_table(settings.path, found));
    if (!ec) return code;
    if (ec != errc::limit_exceeded) {
        say("the list is not complete");
        return complain(ec, settings);
    }
    say("the list is not complete: " + settings.path + " has more than " +
        std::to_string(inspected_nodes_max) + " nodes; name one further down");
    return exit_code::failed;
}

}  // namespace paddock::tool
