// Takes a lock, does something while holding it, gives it back. Servers: first argument, else $PADDOCK_SERVERS.
#include <chrono>
#include <cstdlib>
#include <iostream>

#include <paddock/paddock.hpp>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
    const char* from_environment = std::getenv("PADDOCK_SERVERS");
    paddock::client_options options;
    if (from_environment != nullptr) options.servers = from_environment;
    if (argc > 1) options.servers = argv[1];

    try {
        paddock::client zk(options);
        paddock::mutex inventory(zk, "/examples/inventory");

        // Waits at most 10 s, connecting included. Without a limit: inventory.acquire().
        paddock::error_code why;
        paddock::lease held = inventory.try_acquire_for(10s, why);
        if (!held) {
            std::cerr << "not acquired: " << why.message() << "\n";
            return 1;
        }

        // Whatever is written elsewhere carries the token along, so that the store can refuse an older holder's
        // write (paddock::fence is the store's side).
        std::cout << "holding " << held.node() << " with token " << held.fencing_token().to_string() << "\n";

        // A lease can be lost: stop as soon as possible then.
        if (held.lost_token().stop_requested()) return 1;

        if (held.release() != paddock::release_result::confirmed)
            std::cerr << "the release is not confirmed\n";
    } catch (const boost::system::system_error& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
