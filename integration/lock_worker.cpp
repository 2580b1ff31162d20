// A process of its own for the tests of contention and of frozen holders.
//
//   lock_worker count SERVERS PATH CYCLES DIRECTORY    adds 1 to DIRECTORY/counter so often, and a line with the token
//                                                      to DIRECTORY/tokens, each time under the lock
//   lock_worker hold SERVERS PATH TARGET FIFO          takes the lock, says "held TOKEN", waits for FIFO, then says what
//                                                      it believes and tries to write TARGET under its lease
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

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

}  // namespace

int main(int argc, char** argv) {
    const arguments given(argv + 1, argv + argc);
    if (given.size() == 5 && given[0] == "count") return count(given);
    if (given.size() == 5 && given[0] == "hold") return hold(given);
    std::cerr << "usage: see the source\n";
    return 64;
}
