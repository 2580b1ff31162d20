#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace paddock::bench {

using clock = std::chrono::steady_clock;

/// What came of a measurement. Processor time, memory, bytes and requests are seen from outside, by the harness.
struct outcome {
    std::size_t operations = 0;
    std::chrono::duration<double> length{0};
    std::vector<clock::duration> latencies = {};

    outcome& operator+=(const outcome& next);
};

/// A runner and the harness (harness/runner.py) take turns: "ready", go, the work, "done", go on, the outcome.
/// Says that the work can begin.
void say_ready();
/// Says that the work is done.
void say_done();
/// Waits for the harness's next line. Throws std::runtime_error when the harness has ended.
void await_line();
/// One line of JSON: {"operations": n, "seconds": s, "latencies_us": [...]}.
void print(const outcome& measured);

/// The end of a measurement: `say_done`, `await_line`, `print`.
void report(const outcome& measured);

}  // namespace paddock::bench
