#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "integration/bench/floor/verbs.hpp"

int main(int argc, char** argv) {
    using namespace paddock::bench;
    const std::map<std::string, void (*)(const arguments&)> verbs{
        {"cycle", &cycle},  {"drain", &drain}, {"lead", &lead},     {"candidate", &candidate},
        {"try", &try_held}, {"idle", &idle},   {"create", &create},
    };
    std::vector<std::string> names;
    for (const auto& [name, function] : verbs) names.push_back(name);
    const arguments given = parse(argc, argv, names);
    try {
        verbs.at(given.verb)(given);
    } catch (const std::exception& failure) {
        std::cerr << "floor: " << failure.what() << '\n';
        return 1;
    }
    return 0;
}
