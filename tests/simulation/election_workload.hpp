#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <paddock/leader_latch.hpp>

#include "tests/simulation/queue_history.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/simulation/workload.hpp"

namespace paddock::testing {

/// The part that latches and selectors share: what must hold of terms, and of who competes at rest.
class election_workload : public workload {
public:
    [[nodiscard]] const std::vector<std::string>& directories() const override { return directories_; }
    void conclude() override;
    [[nodiscard]] std::uint64_t grants() const override { return grants_; }

protected:
    /// One who competes, and his last term.
    struct contestant {
        core_client* by = nullptr;
        std::string path;
        bool wanted = false;  ///< it is to compete
        bool closing = false;
        bool closed = false;
        std::string node;
        fencing_token last;
        std::int64_t session = 0;
        detail::boot_time gone_at{};  ///< when that node went, or its process stood still behind that
    };
    /// Of the contestants in one directory, at rest.
    struct tally {
        std::size_t competing = 0;
        std::size_t leading = 0;
    };

    election_workload(stage& on, std::vector<std::string> directories);

    /// One agreed write, before any client can know of it.
    virtual void see(const txn& agreed) = 0;
    /// It is told of a term: that of a node that was the first, with a token above all before.
    void begin_term(contestant& who, const leader_term& term);
    /// True when the node of its term has just gone. Until then it is the first: so no two lead by valid terms at once.
    bool loses_its_node(contestant& who);
    /// The node is gone for so long that its owner must know.
    [[nodiscard]] bool is_long_gone(const contestant& who) const;
    /// One that nobody has stopped is in the queue, at rest (hazard F11).
    [[nodiscard]] static bool lasts(const contestant& who);
    /// What is not as it should be of one, at rest; else it counts.
    std::string unsettled_candidate(const contestant& who, candidate_state state, bool leads,
                                    tally& so_far) const;
    /// What is not as it should be in a directory with all these.
    [[nodiscard]] std::string unsettled_queue(const std::string& path, const tally& all) const;

    stage& on_;
    queue_history history_;
    bool over_ = false;

private:
    const std::vector<std::string> directories_;
    std::map<std::string, fencing_token> last_token_;
    std::uint64_t grants_ = 0;
};

}  // namespace paddock::testing
