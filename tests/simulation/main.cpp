// Runs seeds of the simulation. Two processes use two cores when one takes the even and one the odd half: --stride.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <glog/logging.h>
#include <CLI/CLI.hpp>

#include "tests/simulation/simulation.hpp"

namespace {

using namespace paddock::testing;
using std::chrono::steady_clock;

struct choices {
    std::uint64_t first = 1;
    std::uint64_t count = 1;
    std::uint64_t stride = 1;
    double seconds = 0;
    std::string recipe = "all";
    simulation_limits limits;
};

struct totals {
    std::uint64_t seeds = 0;
    std::uint64_t steps = 0;
    std::uint64_t faults = 0;
    std::uint64_t grants = 0;
    double virtual_seconds = 0;
};

double seconds_since(steady_clock::time_point start) {
    return std::chrono::duration<double>(steady_clock::now() - start).count();
}

void show(const totals& sum, double took, bool last) {
    std::fprintf(
        stderr, "%s%llu seeds, %.1f virtual days, %llu steps, %llu faults, %llu grants, %.0f seeds/s%s",
        last ? "" : "\r", static_cast<unsigned long long>(sum.seeds), sum.virtual_seconds / 86400,
        static_cast<unsigned long long>(sum.steps), static_cast<unsigned long long>(sum.faults),
        static_cast<unsigned long long>(sum.grants), static_cast<double>(sum.seeds) / took, last ? "\n" : "");
}

int report_failure(const recipe& what, std::uint64_t seed, const simulation_report& report) {
    std::cout << "what the servers saw:\n"
              << report.trace << "seed " << seed << " recipe " << what.name << ": " << report.failure
              << "\nreplay: sim --recipe " << what.name << " --seed " << seed << " --trace\n";
    return 1;
}

int run(const choices& chosen, const std::vector<recipe>& all) {
    const auto start = steady_clock::now();
    auto shown = start;
    totals sum;
    for (std::uint64_t i = 0; i < chosen.count; ++i) {
        if (chosen.seconds > 0 && seconds_since(start) > chosen.seconds) break;
        const std::uint64_t seed = chosen.first + i * chosen.stride;
        const recipe& what = all[seed / 2 % all.size()];  // the lowest bit chooses how many servers there are
        const simulation_report report = simulate(what, seed, chosen.limits);
        ++sum.seeds;
        sum.steps += report.steps;
        sum.faults += report.faults;
        sum.grants += report.grants;
        sum.virtual_seconds += std::chrono::duration<double>(report.length).count();
        if (!report.failure.empty()) return report_failure(what, seed, report);
        if (chosen.limits.trace)
            std::cout << report.trace << "hash " << std::hex << report.hash << std::dec << '\n';
        if (steady_clock::now() - shown > std::chrono::seconds(1)) {
            shown = steady_clock::now();
            show(sum, seconds_since(start), false);
        }
    }
    show(sum, seconds_since(start), true);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    choices chosen;
    CLI::App app("Runs the library on a simulated ensemble in virtual time, with faults drawn from a seed.");
    app.add_option("--seed", chosen.first, "the first seed")->capture_default_str();
    app.add_option("--seeds", chosen.count, "how many")->capture_default_str();
    app.add_option("--stride", chosen.stride, "from one seed to the next")->check(CLI::PositiveNumber);
    app.add_option("--seconds", chosen.seconds, "no new seed after so many seconds");
    std::vector<std::string> names{"all"};
    for (const recipe& one : recipes()) names.emplace_back(one.name);
    app.add_option("--recipe", chosen.recipe, "which recipe's workload")
        ->check(CLI::IsMember(names))
        ->capture_default_str();
    app.add_option("--steps", chosen.limits.steps, "faults end after so many steps of a seed");
    app.add_flag("--trace", chosen.limits.trace, "print all that the servers saw");
    CLI11_PARSE(app, argc, argv);

    FLAGS_minloglevel = chosen.limits.trace ? google::GLOG_INFO : google::GLOG_FATAL;
    FLAGS_logtostderr = true;
    google::InitGoogleLogging(argv[0]);
    std::vector<recipe> wanted;
    for (const recipe& one : recipes())
        if (chosen.recipe == "all" || chosen.recipe == one.name) wanted.push_back(one);
    return run(chosen, wanted);
}
