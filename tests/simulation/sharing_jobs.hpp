#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include <paddock/sharing_options.hpp>

#include "tests/simulation/lease_workload.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {

/// Acquires of what the threads of a client may share, in one of the ways of sharing that there are.
class sharing_jobs : public lease_workload {
protected:
    sharing_jobs(stage& on, queue_history::rule holders, bool may_linger)
        : lease_workload(on, std::move(holders)), sharing_(drawn(on.choose, may_linger)) {}

    [[nodiscard]] const sharing_options& sharing() const { return sharing_; }
    [[nodiscard]] bool shares() const {
        return sharing_.turns > 0 || sharing_.linger > sharing_.linger.zero();
    }
    /// How many contenders so many who wait have, beside so many places held; by default of an exclusive lock.
    [[nodiscard]] virtual std::size_t contenders_of(const job& like, std::size_t waiting,
                                                    std::size_t held) const {
        (void)like;
        return waiting > 0 && held == 0 ? 1 : 0;
    }

    void expect_turn(const job& granted) override {
        const std::uint32_t passed_on = granted.held.fencing_token().local();
        const auto since = since_.try_emplace(granted.nodes.front(), on_.world.now()).first->second;
        if (sharing_.linger == sharing_.linger.zero()) {
            require(passed_on <= sharing_.turns, "I2", "a place is passed on more often than is fair");
            const bool late = on_.world.now() - since > sharing_.time + std::chrono::milliseconds(100);
            require(passed_on == 0 || !late || on_.stood_still(*granted.by, since), "I2",
                    "a place is passed on after its time");
        }
        if (sharing_.linger > sharing_.linger.zero()) expect_not_kept_from_others(granted, since);
        for (const job_ptr& other : holding())
            require(other->nodes != granted.nodes || other->held.state() == lease_state::lost, "I1",
                    "two have their turn at one place");
    }

    // Those of one client who want the same share, but for whom a single try brought its own.
    std::size_t nodes_wanted() const override {
        if (!shares()) return lease_workload::nodes_wanted();
        std::map<std::tuple<core_client*, std::string, std::uint32_t>, group> groups;
        std::size_t sum = 0;
        for (const job_ptr& one : waiting()) {
            if (one->by->process.killed()) continue;
            if (one->tried)
                ++sum;
            else
                ++group_of(groups, *one).waiting;
        }
        for (const job_ptr& one : holding()) {
            if (nodes_of(*one) == 0) continue;
            ++sum;
            const bool alone = one->tried && one->held.fencing_token().local() == 0;
            if (!alone) ++group_of(groups, *one).held;
        }
        for (const auto& [key, one] : groups) sum += contenders_of(*one.like, one.waiting, one.held);
        return sum;
    }
    // It may have been passed on, or linger.
    bool gone_when_released() const override { return !shares(); }

private:
    // Behind its time a place is taken only while it lingers, beside one that waits only until a look at the directory is
    // answered; without an answer it is in doubt within a session's timeout.
    void expect_not_kept_from_others(const job& granted, detail::boot_time since) {
        using namespace std::chrono_literals;
        const auto now = on_.world.now();
        const bool lingered = granted.held.fencing_token().local() > 0 && now - since > sharing_.time + 100ms;
        if (!lingered || on_.stood_still(*granted.by, since)) return;
        const std::string& place = granted.nodes.front();
        for (const std::string& name : on_.ensemble.children(granted.paths.front())) {
            const std::string other = granted.paths.front() + "/" + name;
            if (other == place) continue;
            const auto seen = beside_.try_emplace({place, other}, now).first->second;
            require(now - seen < 5s, "I2", "a place lingers beside one that waits");
        }
    }

    struct group {
        const job* like = nullptr;
        std::size_t waiting = 0;
        std::size_t held = 0;
    };
    template <class Groups>
    static group& group_of(Groups& groups, const job& one) {
        group& its = groups[{one.by, one.paths.front(), one.permits}];
        its.like = &one;
        return its;
    }
    static sharing_options drawn(dice& choose, bool may_linger) {
        using namespace std::chrono_literals;
        sharing_options chosen;
        switch (choose.below(4)) {
            case 0: chosen.turns = 0; break;
            case 1:
                chosen.turns = 1 + choose.below(3);
                chosen.time = 1s;
                break;
            case 2: chosen.linger = may_linger ? 1s : 0s; break;
            default: break;
        }
        return chosen;
    }

    const sharing_options sharing_;
    std::map<std::string, detail::boot_time> since_;  ///< of nodes: the first turn at them
    /// Of a place that lingers and one that waits: the first turn beside it.
    std::map<std::pair<std::string, std::string>, detail::boot_time> beside_;
};

}  // namespace paddock::testing
