#include "integration/bench/runner/verbs.hpp"

#include <exception>
#include <iostream>
#include <vector>

namespace paddock::bench {

int run_verb(int argc, char** argv, const std::string& runner,
             const std::map<std::string, void (*)(const arguments&)>& verbs) {
    std::vector<std::string> names;
    for (const auto& [name, function] : verbs) names.push_back(name);
    const arguments given = parse(argc, argv, names);
    try {
        verbs.at(given.verb)(given);
    } catch (const std::exception& failure) {
        std::cerr << runner << ": " << failure.what() << '\n';
        return 1;
    }
    return 0;
}

}  // namespace paddock::bench
