#include "tests/simulation/simulation.hpp"

#include <memory>

#include "tests/simulation/stage.hpp"
#include "tests/simulation/swarm.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

namespace {

class simulation {
public:
    simulation(const recipe& what, std::uint64_t seed, const simulation_limits& limits)
        : limits_(limits),
          stage_(seed, limits.clients),
          work_(what.make(stage_)),
          faults_(stage_, work_->directories()) {
        if (!limits.swarm) stage_.ensemble.disable_random_faults();
        for (const nth_fault& one : limits.faults) stage_.ensemble.fail_nth(one);
    }

    void run(simulation_report& into) {
        const auto start = stage_.world.now();
        try {
            play(start + limits_.length);
            come_to_rest();
        } catch (const violation& broken) {
            into.failure = broken.what();
        }
        into.hash = stage_.ensemble.trace_hash();
        into.steps = steps_;
        into.faults = faults_.faults() + stage_.ensemble.faults_met();
        into.requests = stage_.ensemble.arrivals();
        into.grants = work_->grants();
        into.hazards = stage_.ensemble.hazards();
        into.length = stage_.world.now() - start;
        if (!into.failure.empty() || limits_.trace)
            into.trace = stage_.ensemble.trace(limits_.trace ? 1'000'000 : 60);
    }

private:
    // Some runs are crowded, in others there is time for what takes long.
    void play(detail::boot_time end) {
        const auto between = limits_.between * (1 << stage_.choose.below(3));
        while (stage_.world.now() < end && steps_ < limits_.steps) {
            bool due = false;
            const auto next = stage_.world.now() + stage_.choose.up_to(2 * between);
            const auto alarm = stage_.world.call_at(next, [&due] { due = true; });
            while (!due && step()) {
            }
            act();
        }
    }

    bool step() {
        ++steps_;
        const bool more = stage_.world.step();
        work_->inspect();
        return more;
    }

    void act() {
        const auto what = stage_.choose.below(10);
        if (what < 6)
            work_->act();
        else if (what < 7)
            work_->cancel();
        else
            strike();
    }

    void strike() {
        if (limits_.swarm) faults_.strike();
    }

    bool within(std::chrono::seconds limit, const std::function<bool()>& done) {
        const auto end = stage_.world.now() + limit;
        while (!done()) {
            if (stage_.world.now() > end) return false;
            for (int i = 0; i < 16; ++i)
                if (!step()) return done();
        }
        return true;
    }

    void come_to_rest() {
        faults_.end();
        std::string missing;
        // The longest pause before a failed campaign is tried again, and what comes after that.
        if (!within(60s + 30s, [&] { return (missing = work_->unsettled()).empty(); }))
            throw violation("I9", missing);
        require(within(120s, [this] { return work_->wind_down(); }), "I9", "an operation never completes");
        require(within(60s, [this] { return stage_.quiet(); }), "I9",
                "a node, watch, obligation or budget share is left");
        stage_.forget_plans();
        work_->conclude();
        const std::string left = stage_.close_clients();
        if (!left.empty()) throw violation("I9", left);
    }

    const simulation_limits& limits_;
    stage stage_;
    const std::unique_ptr<workload> work_;
    swarm faults_;
    std::uint64_t steps_ = 0;
};

}  // namespace

simulation_report simulate(const recipe& what, std::uint64_t seed, const simulation_limits& limits) {
    simulation_report report;
    simulation(what, seed, limits).run(report);
    return report;
}

}  // namespace paddock::testing
