#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/tree.hpp"

namespace paddock::testing {

/// The judge of semaphores: limits, requests and grants at every zxid, by what was written. Throws `violation` for a grant
/// beyond the limit that was in force at it, or out of turn.
class permit_history {
public:
    explicit permit_history(const std::vector<std::string>& directories);

    /// One agreed write. True if it is a grant that comes before that of an older request.
    bool apply(const txn& agreed);

    /// Zxids of the writes on a node: its grant, which may have been written again when an answer was lost.
    [[nodiscard]] const std::set<std::int64_t>& writes(const std::string& node);
    /// Zxid of the first of them; 0: it has no grant.
    [[nodiscard]] std::int64_t granted_at(const std::string& node) const;
    /// A request that has room with all before it, and beside all who hold, but no grant; empty: there is none.
    [[nodiscard]] std::string overlooked() const;
    /// This request has its grant, or has room for it.
    [[nodiscard]] bool its_turn(const std::string& node) const;

private:
    struct request {
        std::string node;
        std::uint64_t permits = 0;
        bool granted = false;
    };
    struct semaphore {
        std::uint64_t limit = 0;
        std::list<request> requests;  // oldest first
    };
    bool see_request(semaphore& where, const tree_change& change, std::int64_t zxid);
    bool expect_room(const semaphore& where, const request& granted) const;
    [[nodiscard]] static bool has_room(const semaphore& where, const request& wanted);

    std::map<std::string, semaphore> semaphores_;
    std::map<std::string, std::set<std::int64_t>> writes_;
};

}  // namespace paddock::testing
