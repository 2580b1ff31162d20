#include <stdexcept>

#include <paddock/mutex.hpp>

#include "integration/bench/paddock/verbs.hpp"
#include "integration/bench/runner/protocol.hpp"

namespace paddock::bench {
namespace {

outcome run(mutex& lock, std::chrono::duration<double> length) {
    outcome measured;
    const auto start = clock::now();
    for (auto begin = start; begin - start < length; begin = clock::now()) {
        error_code ec;
        if (lock.try_acquire(ec) || ec != errc::timed_out) throw std::runtime_error("tried: " + ec.message());
        measured.latencies.push_back(clock::now() - begin);
    }
    measured.length = clock::now() - start;
    measured.operations = measured.latencies.size();
    return measured;
}

}  // namespace

void try_held(const arguments& given) {
    const auto clients = connect(given, 2);
    const std::string path = given.path + "/lock";
    const lease held = mutex(*clients[0], path).acquire();
    mutex lock(*clients[1], path);
    (void)run(lock, given.warm_up);
    say_ready();
    await_line();
    report(run(lock, given.length));
}

}  // namespace paddock::bench
