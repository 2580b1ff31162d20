#include <exception>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include "integration/bench/paddock/verbs.hpp"

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

int main(int argc, char** argv) {
    using namespace paddock::bench;
    const std::map<std::string, void (*)(const arguments&)> verbs{
        {"cycle", &cycle},         {"drain", &drain},  {"lead", &lead},
        {"candidate", &candidate}, {"try", &try_held}, {"idle", &idle},
    };
    std::vector<std::string> names;
    for (const auto& [name, function] : verbs) names.push_back(name);
    const arguments given = parse(argc, argv, names);
    try {
        verbs.at(given.verb)(given);
    } catch (const std::exception& failure) {
        std::cerr << "bench: " << failure.what() << '\n';
        return 1;
    }
    return 0;
}
