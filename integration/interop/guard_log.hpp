#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include <paddock/lease.hpp>

#include "integration/support/unique_fd.hpp"

namespace paddock::testing {

/// One line of a guard log.
struct guard_event {
    enum kind_type { enter, leave, doom };
    kind_type kind = enter;
    std::string who = {};    ///< "<process>.<thread>"; for `doom` the process alone
    std::string claim = {};  ///< for `enter`: what it holds, as in the peers' commands
};

/// When holders in several processes were in their guarded sections: a file to which everybody appends
///
///     enter <process>.<thread> <kind>      after the grant
///     leave <process>.<thread>             before the release
///     doom <process>                       before it is killed
///
/// Every line is one write to a file opened for appending, so the kernel puts them in an order in which whatever
/// happened before in real time comes before. Who is inside has therefore been granted the lock and has not begun to
/// release it: two inside at once have held it at once, whatever the scheduler did.
class guard_log {
public:
    explicit guard_log(std::filesystem::path file);

    void enter(const std::string& who, const std::string& claim);
    void leave(const std::string& who);
    /// From here on nothing that `process` holds keeps others out: its locks pass on when its session expires.
    void doom(const std::string& process);

    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
    [[nodiscard]] std::vector<guard_event> events() const;

private:
    void append(const std::string& line);

    std::filesystem::path file_;
    unique_fd out_;
};

/// What a guard log proves.
struct guard_verdict {
    std::map<std::string, int> sections = {};  ///< how often each has entered
    std::vector<std::string> overlaps = {};  ///< who entered although it should not have, and who was inside
    int hand_overs = 0;                      ///< entries by another process than the one before
};

/// Readers and permits take one place each, anything else takes all of `places`.
[[nodiscard]] guard_verdict judge(const std::vector<guard_event>& events, int places = 1000);

/// The part that one of ours takes in a churn: what a peer's `contend` does, on this thread. An `acquire` without a
/// lease is an error and ends it.
void contend(guard_log& guard, const std::string& who, const std::string& claim,
             const std::function<lease()>& acquire, const std::stop_token& enough);

}  // namespace paddock::testing
