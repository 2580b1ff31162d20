#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/faults.hpp"
#include "tests/sim/hazards.hpp"
#include "tests/simulation/workload.hpp"

namespace paddock::testing {

/// How long one seed runs.
struct simulation_limits {
    std::chrono::seconds length{120};  ///< in virtual time, before the faults end
    std::uint64_t steps = UINT64_MAX;  ///< single events, likewise
    std::chrono::milliseconds between{
        250};  ///< of what applications and faults do, on average; or twice, or four times
    std::size_t clients = 3;
    bool swarm = true;  ///< else only `faults` happen
    std::vector<nth_fault> faults = {};
    bool trace = false;  ///< keep all that servers saw for `simulation_report::trace`
};

struct simulation_report {
    std::string failure;  ///< empty: all invariants hold
    std::string trace;    ///< what the servers saw, the last steps first cut off
    std::uint64_t hash = 0;
    std::uint64_t steps = 0;
    std::uint64_t faults = 0;
    std::uint64_t grants = 0;
    std::uint64_t requests = 0;
    std::chrono::nanoseconds length{};
    hazard_log hazards;
};

/// One seed of one recipe. The same seed is the same run.
simulation_report simulate(const recipe& what, std::uint64_t seed, const simulation_limits& limits = {});

}  // namespace paddock::testing
