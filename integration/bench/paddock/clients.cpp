#include "integration/bench/paddock/clients.hpp"

#include <stdexcept>

namespace paddock::bench {

std::vector<std::unique_ptr<client>> connect(const arguments& given, std::size_t count) {
    client_options chosen;
    chosen.servers = given.servers;
    chosen.session_timeout = given.session_timeout;
    std::vector<std::unique_ptr<client>> connected;
    while (connected.size() < count) connected.push_back(std::make_unique<client>(chosen));
    for (const auto& one : connected) {
        if (!one->wait_connected(std::chrono::seconds(30))) throw std::runtime_error("no server answers");
    }
    return connected;
}

}  // namespace paddock::bench
