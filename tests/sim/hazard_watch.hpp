#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/hazards.hpp"
#include "tests/sim/replica.hpp"
#include "tests/sim/virtual_environment.hpp"

namespace paddock::testing {

/// Notices situations from what sessions ask and what becomes of it. Knows more than any of those who take part.
class hazard_watch {
public:
    explicit hazard_watch(hazard_log& log) : log_(log) {}

    // What clients see.
    void unanswered(std::int64_t session, request_kind kind, const std::string& path, bool watch);
    void disconnected(std::int64_t session, bool watching, const sim_tree& tree);
    /// The same session again, so long after it was heard of last.
    void attached_anew(std::int64_t session, detail::boot_clock::duration silence,
                       std::chrono::milliseconds timeout, const sim_tree& tree);

    // What servers do.
    /// `tree` as the write has left it.
    void wrote(std::int64_t session, const request& what, const response& answer, const sim_tree& tree);
    void refused(const request& what, bool moved);
    void read(std::int64_t session, const request& what, const response& answer, const sim_replica& by,
              const sim_replica& leader);
    void answered(const response& answer);
    void reaped(const std::string& path) { reaped_.insert(path); }
    /// By somebody else than its session.
    void deletes(const std::string& path, const sim_tree& tree);
    /// A session ends; `tree` still has its nodes.
    void ends(std::int64_t session, bool asked_for, virtual_host::condition process, const sim_tree& tree);

private:
    struct doubts {
        std::vector<std::string> creates;  // no answer, and not looked for yet
        std::vector<std::string> removes;
        std::vector<std::string> containers;  // its own
        bool has_read = false;
    };
    void created(std::int64_t session, const request& what, const response& answer, const sim_tree& tree);
    void removed(std::int64_t session, const request& what, const response& answer);
    void stopped(virtual_host::condition process, bool first, bool others_wait);

    hazard_log& log_;
    std::map<std::int64_t, doubts> sessions_;
    std::set<std::string> reaped_;
};

}  // namespace paddock::testing
