#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "tests/sim/hazards.hpp"

namespace paddock::testing {

/// What came of many seeds.
struct tally {
    std::uint64_t seeds = 0;
    std::uint64_t steps = 0;
    std::uint64_t faults = 0;
    std::uint64_t grants = 0;
    double virtual_seconds = 0;
    hazard_log hazards;

    tally& operator+=(const tally& other);
};

/// Works in several processes: threads would cost the library its single-threaded shortcuts.
class crew {
public:
    /// One worker's part: takes one number after the other, and tells its tally so far now and then, and at its end.
    /// False: it has found a violation.
    using part = std::function<bool(const std::function<std::uint64_t()>& next,
                                    const std::function<void(const tally&)>& tell)>;

    /// Runs `work` in `workers` processes until all have ended, or one has failed; then the others are ended. Each number
    /// from 0 on goes to the worker that asks first. `show` gets the sum each time that a worker has told something.
    static bool run(std::size_t workers, const part& work, const std::function<void(const tally&)>& show);
};

}  // namespace paddock::testing
