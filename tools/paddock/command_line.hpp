#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace paddock::tool {

/// A bad argument; the text names the value and the rule.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct server_settings {
    std::string servers;
    std::string name_space;
    bool verbose = false;
};

/// One of the things that a command has to hold.
struct claim_settings {
    enum class kind { lock, read_lock, write_lock, permits };
    kind what = kind::lock;
    std::string path;
    std::uint32_t permits = 0;  ///< of the semaphore; not more than
    std::uint32_t limit = 0;    ///< how many it has
    friend bool operator==(const claim_settings&, const claim_settings&) = default;
};

/// Of the commands that run another one.
struct command_settings {
    server_settings where;
    std::chrono::milliseconds kill_after{};
    std::chrono::milliseconds session_timeout{};
    std::vector<std::string> command;  ///< never empty
};

struct run_settings : command_settings {
    std::vector<claim_settings> claims;                ///< never empty, in the order of the command line
    std::optional<std::chrono::milliseconds> timeout;  ///< none: waits without limit
    bool try_once = false;
    std::string purpose;
};

struct elect_settings : command_settings {
    std::string path;
    std::string id;     ///< empty: made of host and pid
    bool once = false;  ///< ends with the command
};

/// Of the commands that read.
struct read_settings {
    server_settings where;
    std::string path;
    bool json = false;
    std::chrono::milliseconds timeout{};
};
struct who_settings : read_settings {};
struct list_settings : read_settings {};

/// Nothing to do but to print this: the answer to --help or --version.
struct printed_text {
    std::string text;
};

using invocation = std::variant<printed_text, run_settings, elect_settings, who_settings, list_settings>;

/// `arguments` without the program's name; `default_servers` is for commands without --servers.
/// Throws `usage_error`.
invocation parse_command_line(std::vector<std::string> arguments, const std::string& default_servers);

}  // namespace paddock::tool
