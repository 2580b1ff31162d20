#pragma once

#include <string>
#include <vector>

#include "tools/paddock/command_line.hpp"

namespace CLI {
class App;
}

namespace paddock::tool {

/// What `run` has to hold, as text.
struct claim_arguments {
    std::vector<std::string> locks, read_locks, write_locks;
    std::string semaphore, permits, limit;
};

void add_claims(CLI::App& run, claim_arguments& raw);

/// The claims in the order of the command line, once it has been parsed. Throws `usage_error`.
std::vector<claim_settings> claims_of(const CLI::App& run, const claim_arguments& raw);

}  // namespace paddock::tool
