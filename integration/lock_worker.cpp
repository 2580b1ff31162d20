// A process of its own for the tests of contention and of frozen holders.
//
//   lock_worker count SERVERS PATH CYCLES DIRECTORY    adds 1 to DIRECTORY/counter so often, and a line with the token
//                                                      to DIRECTORY/tokens, each time under the lock
//   lock_worker hold SERVERS PATH TARGET FIFO          takes the lock, says "held TOKEN", waits for FIFO, then says what
//                                                      it believes and tries to write TARGET under its lease
//   lock_worker keep SERVERS PATH PERMITS              takes all permits of a semaphore, says "keeps", stays until killed
//   lock_worker crowd SERVERS PATH LIMIT CLIENTS SECONDS  so many clients take and give back one permit each for so long;
//                                                      says how many were served and how many acquires failed
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <paddock/paddock.hpp>

namespace {

using arguments = std::vector<std::string>;

paddock::client_options options(const std::string& servers) {
    paddock::client_options chosen;
    chosen.servers = servers;
    chosen.session_timeout = std::chrono::seconds(2);
    return chosen;
}

int count(const arguments& given) {
    paddock::client zk(options(given.at(1)));
    paddock::mutex lock(zk, given.at(2));
    for (int left = std::stoi(given.at(3)); left > 0; --left) {
        const paddock::lease held = lock.acquire();
        long value = 0;
        std::ifstream(given.at(4) + "/counter") >> value;
        std::ofstream(given.at(4) + "/counter") << value + 1 << std::flush;
        std::ofstream(given.at(4) + "/tokens", std::ios::app) << held.fencing_token().to_string() << '\n';
    }
    return 0;
}

const char* name_of(paddock::lease_state state) {
    switch (state) {
        case paddock::lease_state::held: return "held";
        case paddock::lease_state::suspect: return "suspect";
        case paddock::lease_state::lost: return "lost";
    }
    return "?";
}

int hold(const arguments& given) {
    paddock::client zk(options(given.at(1)));
    const paddock::lease held = paddock::mutex(zk, given.at(2)).acquire();
    std::cout << "held " << held.fencing_token().to_string() << std::endl;
    std::string word;
    std::ifstream(given.at(4)) >> word;  // opening a FIFO waits for a writer
    const paddock::lease_state first = held.state();
    std::cout << "believes " << name_of(first) << std::endl;
    paddock::transaction writes(held);
    writes.set(given.at(3), "stale");
    paddock::error_code ec;
    (void)zk.commit(writes, std::chrono::seconds(10), ec);
    std::cout << "commit " << ec.message() << (ec == paddock::errc::lease_lost ? " (refused)" : "")
              << std::endl;
    std::cout << "writes " << held.fencing_token().to_string() << std::endl;
    return 0;
}

int keep(const arguments& given) {
    paddock::client zk(options(given.at(1)));
    const auto permits = static_cast<std::uint32_t>(std::stoul(given.at(3)));
    const paddock::lease held =
        paddock::semaphore(zk, given.at(2), {.limit = permits}).permits(permits).acquire();
    std::cout << "keeps " << held.fencing_token().to_string() << std::endl;
    for (;;) ::pause();
}

int crowd(const arguments& given) {
    paddock::client_options patient = options(given.at(1));
    patient.session_timeout = std::chrono::seconds(60);  // outlives elections
    const auto limit = static_cast<std::uint32_t>(std::stoul(given.at(3)));
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::stoi(given.at(5)));
    std::atomic<long> served = 0;
    std::atomic<long> failed = 0;
    {
        std::vector<std::jthread> clients;
        for (int left = std::stoi(given.at(4)); left > 0; --left)
            clients.emplace_back([&] {
                paddock::client zk(patient);
                paddock::semaphore permits(zk, given.at(2), {.limit = limit});
                do {
                    paddock::error_code ec;
                    const paddock::lease held = permits.acquire(ec);
                    ++(ec ? failed : served);
                    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // its work
                } while (std::chrono::steady_clock::now() < end);
            });
    }
    std::cout << "served " << served << " failed " << failed << std::endl;
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argv + 1, argv + argc);
    if (given.size() == 5 && given[0] == "count") return count(given);
    if (given.size() == 5 && given[0] == "hold") return hold(given);
    if (given.size() == 4 && given[0] == "keep") return keep(given);
    if (given.size() == 6 && given[0] == "crowd") return crowd(given);
    std::cerr << "usage: see the source\n";
    return 64;
}
