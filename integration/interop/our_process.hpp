#pragma once

#include <filesystem>
#include <string>

#include "integration/support/child_process.hpp"

namespace paddock::testing {

/// A process of its own that takes a mutex of ours and holds it until it is killed. Its session lasts 2 s.
class our_process {
public:
    /// Returns once the mutex is held. Throws std::runtime_error when that takes too long. `dir` is for its files.
    our_process(const std::filesystem::path& dir, const std::string& servers, const std::string& path);

    void kill() { process_.kill(); }

private:
    child_process process_;
};

}  // namespace paddock::testing
