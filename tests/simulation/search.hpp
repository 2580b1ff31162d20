#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/simulation.hpp"

namespace paddock::testing {

struct search_report {
    std::string failure;  ///< empty: no run broke an invariant
    std::string faults;   ///< of the failed run, in words
    std::uint64_t runs = 0;
};

/// Two clients, a short run, and every way to strike up to `faults` of its first `places` requests: the connection cut at
/// each of four positions of the protocol, or the session ended. Exhaustive within these bounds, on one server (even
/// seeds) or three (odd ones).
search_report search_all_faults(const recipe& what, std::uint64_t seed, std::size_t faults,
                                std::uint64_t places);

}  // namespace paddock::testing
