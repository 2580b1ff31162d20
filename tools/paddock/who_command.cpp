#include "tools/paddock/who_command.hpp"

#include <chrono>
#include <iostream>

#include <paddock/client.hpp>
#include <paddock/mutex.hpp>

#include "tools/paddock/exit_codes.hpp"
#include "tools/paddock/say.hpp"
#include "tools/paddock/who_report.hpp"

namespace paddock::tool {

int who_command(const who_settings& settings) {
    client_options options;
    options.servers = settings.where.servers;
    options.name_space = settings.where.name_space;
    client zk(options);
    mutex lock(zk, settings.lock);

    error_code ec;
    const auto queue = lock.contenders(settings.timeout, ec);
    if (ec == errc::servers_unreachable) {
        say("no server of " + settings.where.servers + " answered in time");
        return exit_code::unreachable;
    }
    if (ec) {
        say("cannot read " + settings.lock + ": " + ec.message());
        return exit_code::failed;
    }
    using std::chrono::milliseconds;
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t now_ms = std::chrono::duration_cast<milliseconds>(since_1970).count();
    std::cout << (settings.json ? who_json(queue, now_ms) : who_table(settings.lock, queue, now_ms))
              << std::flush;
    return std::cout ? exit_code::ok : exit_code::failed;
}

}  // namespace paddock::tool
