#include "tests/simulation/search.hpp"

#include <algorithm>

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

constexpr fault_position positions[] = {fault_position::before_commit, fault_position::forwarded,
                                        fault_position::after_commit, fault_position::on_reply};
constexpr const char* position_names[] = {"before send", "before commit", "forwarded", "after commit",
                                          "on reply"};

class search {
public:
    search(const recipe& what, std::uint64_t seed, std::size_t faults, std::uint64_t places)
        : what_(what), seed_(seed), most_(faults), places_(places) {
        limits_.length = 2s;
        limits_.between = 100ms;
        limits_.clients = 2;
        limits_.swarm = false;
    }

    search_report run() {
        extend(0);
        return report_;
    }

private:
    // The run with the faults chosen so far, then with one more at each later request that it has.
    void extend(std::uint64_t from) {
        const simulation_report seen = simulate(what_, seed_, limits_);
        ++report_.runs;
        if (!seen.failure.empty()) {
            report_.failure = seen.failure;
            report_.faults = words();
            return;
        }
        if (limits_.faults.size() == most_) return;
        for (std::uint64_t at = from; at < std::min(seen.requests, places_); ++at) {
            for (const fault_position where : positions) attempt({at, where, false});
            attempt({at, {}, true});
            if (!report_.failure.empty()) return;
        }
    }

    void attempt(const nth_fault& next) {
        if (!report_.failure.empty()) return;
        limits_.faults.push_back(next);
        extend(next.request + 1);
        limits_.faults.pop_back();
    }

    std::string words() const {
        std::string out;
        for (const nth_fault& one : limits_.faults)
            out += " request " + std::to_string(one.request) + " " +
                   (one.expires ? "session ends" : position_names[static_cast<std::size_t>(one.where)]) + ";";
        return out;
    }

    const recipe& what_;
    const std::uint64_t seed_;
    const std::size_t most_;
    const std::uint64_t places_;
    simulation_limits limits_;
    search_report report_;
};

}  // namespace

search_report search_all_faults(const recipe& what, std::uint64_t seed, std::size_t faults,
                                std::uint64_t places) {
    return search(what, seed, faults, places).run();
}

}  // namespace paddock::testing
