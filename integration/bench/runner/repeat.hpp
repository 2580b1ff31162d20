#pragma once

#include "integration/bench/runner/protocol.hpp"

namespace paddock::bench {

/// One operation after another for this long; each call returns its latency.
template <class Operation>
outcome repeat(std::chrono::duration<double> length, Operation operation) {
    outcome measured;
    const auto begin = clock::now();
    while (clock::now() - begin < length) measured.latencies.push_back(operation());
    measured.length = clock::now() - begin;
    measured.operations = measured.latencies.size();
    return measured;
}

}  // namespace paddock::bench
