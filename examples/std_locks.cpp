// The standard's guards on a distributed lock, and a lock that its owner may take again.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>
#include <vector>

#include <paddock/paddock.hpp>

using namespace std::chrono_literals;

// Each thread has its own lockable on the same path: one object is one owner.
int count_with_threads(paddock::client& zk) {
    int counter = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            paddock::lockable_mutex lockable(zk, "/examples/counter");
            for (int round = 0; round < 5; ++round) {
                const std::lock_guard guard(lockable);
                counter = counter + 1;
            }
        });
    threads.clear();
    return counter;
}

int main(int argc, char** argv) {
    const char* from_environment = std::getenv("PADDOCK_SERVERS");
    paddock::client_options options;
    if (from_environment != nullptr) options.servers = from_environment;
    if (argc > 1) options.servers = argv[1];

    try {
        paddock::client zk(options);
        const int counted = count_with_threads(zk);
        std::cout << "counted to " << counted << "\n";

        paddock::lockable_mutex lockable(zk, "/examples/counter");
        std::unique_lock guard(lockable, 10s);  // try_lock_for
        if (!guard.owns_lock()) return 1;
        std::cout << "token " << lockable.held().fencing_token().to_string() << "\n";
        guard.unlock();

        paddock::reentrant_mutex again(zk, "/examples/counter");
        const std::scoped_lock outer(again);
        const std::scoped_lock inner(again);  // no server is asked
        std::cout << "held " << again.hold_count() << " times\n";
        return counted == 20 && again.hold_count() == 2 ? 0 : 1;
    } catch (const boost::system::system_error& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
