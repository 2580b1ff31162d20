#include <thread>
#include <vector>

#include <paddock/mutex.hpp>

#include "integration/bench/paddock/clients.hpp"
#include "integration/bench/runner/protocol.hpp"
#include "integration/bench/runner/verbs.hpp"

namespace paddock::bench {

void idle(const arguments& given) {
    const auto clients = connect(given, 1);
    std::vector<lease> held;
    for (std::size_t i = 0; i < given.waiters; ++i) {
        mutex lock(*clients.front(), given.path + "/" + std::to_string(i));
        held.push_back(lock.acquire());
    }
    std::this_thread::sleep_for(given.warm_up);  // what follows the grants in the background is over then
    say_ready();
    await_line();
    std::this_thread::sleep_for(given.length);
    // An operation is one lock held for one second.
    const auto operations = static_cast<std::size_t>(static_cast<double>(held.size()) * given.length.count());
    report({.operations = operations, .length = given.length});
}

}  // namespace paddock::bench
