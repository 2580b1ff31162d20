#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>
#include <string>

namespace bank {

struct worker_settings {
    std::string file;
    std::string name;
    std::string servers;
    std::string lock;
    std::chrono::milliseconds session_timeout{};
};

/// Moves money between random accounts until stopped, each transfer under the lock. Prints one line a step:
/// "done NUMBER", "inside TOKEN" when it holds still, "refused TOKEN", and a summary.
///
/// When `hold_still` was set, the next transfer takes it back and waits for a line on standard input, inside the
/// critical section, between read and write.
void work(const worker_settings& settings, std::stop_token stop, std::atomic<bool>& hold_still);

}  // namespace bank
