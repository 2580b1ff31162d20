#include "integration/bench/runner/arguments.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>

namespace paddock::bench {

arguments parse(int argc, char** argv, const std::vector<std::string>& verbs) {
    constexpr int usage = 64;
    arguments given;
    double seconds = given.length.count();
    double warm_up = given.warm_up.count();
    long session_ms = given.session_timeout.count();
    CLI::App app("A runner of the benchmark; scripts/bench starts it.");
    app.add_option("verb", given.verb)->required()->check(CLI::IsMember(verbs));
    app.add_option("--servers", given.servers)->required();
    app.add_option("--path", given.path)->required();
    app.add_option("--claim", given.claim)
        ->check(CLI::IsMember(std::vector<std::string>{"mutex", "semaphore", "read_write", "multi"}));
    app.add_option("--sharing", given.sharing)
        ->check(CLI::IsMember(std::vector<std::string>{"place", "nothing", "linger"}));
    app.add_option("--threads", given.threads)->check(CLI::Range(1, 10'000));
    app.add_option("--locks", given.locks)->check(CLI::Range(1, 10'000));
    app.add_option("--waiters", given.waiters)->check(CLI::Range(1, 100'000));
    app.add_option("--clients", given.clients)->check(CLI::Range(1, 100));
    app.add_option("--repeat", given.repeat)->check(CLI::Range(1, 1000));
    app.add_option("--operations", given.operations);
    app.add_option("--seconds", seconds)->check(CLI::Range(0.01, 3600.0));
    app.add_option("--warmup", warm_up)->check(CLI::Range(0.0, 3600.0));
    app.add_option("--session-ms", session_ms)->check(CLI::Range(1, 86'400'000));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : usage);
    }
    given.length = std::chrono::duration<double>(seconds);
    given.warm_up = std::chrono::duration<double>(warm_up);
    given.session_timeout = std::chrono::milliseconds(session_ms);
    return given;
}

}  // namespace paddock::bench
