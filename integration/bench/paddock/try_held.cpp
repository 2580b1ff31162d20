#include <stdexcept>

#include <paddock/mutex.hpp>

#include "integration/bench/paddock/clients.hpp"
#include "integration/bench/runner/repeat.hpp"
#include "integration/bench/runner/verbs.hpp"

namespace paddock::bench {
namespace {

clock::duration try_once(mutex& lock) {
    const auto begin = clock::now();
    error_code ec;
    if (lock.try_acquire(ec) || ec != errc::timed_out) throw std::runtime_error("tried: " + ec.message());
    return clock::now() - begin;
}

}  // namespace

void try_held(const arguments& given) {
    const auto clients = connect(given, 2);
    const std::string path = given.path + "/lock";
    const lease held = mutex(*clients[0], path).acquire();
    mutex lock(*clients[1], path);
    const auto once = [&] { return try_once(lock); };
    (void)repeat(given.warm_up, once);
    say_ready();
    await_line();
    report(repeat(given.length, once));
}

}  // namespace paddock::bench
