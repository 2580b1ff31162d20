// Runs seeds of the simulation, see --help.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <glog/logging.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "tests/simulation/crew.hpp"
#include "tests/simulation/search.hpp"
#include "tests/simulation/simulation.hpp"

namespace {

using namespace paddock::testing;
using std::chrono::steady_clock;

struct choices {
    std::uint64_t first = 1;
    std::uint64_t count = 1;
    std::size_t jobs = 1;
    double seconds = 0;
    std::string wanted = "all";
    bool hazards = false;
    std::size_t all_faults = 0;
    std::uint64_t places = 40;
    simulation_limits limits;
    std::vector<recipe> recipes;
};

double seconds_since(steady_clock::time_point start) {
    return std::chrono::duration<double>(steady_clock::now() - start).count();
}

std::string summary(const tally& sum, double took) {
    char line[200];
    std::snprintf(line, sizeof line,
                  "%llu seeds, %.2f virtual days, %llu steps, %llu faults, %llu grants, %.0f seeds/s",
                  static_cast<unsigned long long>(sum.seeds), sum.virtual_seconds / 86400,
                  static_cast<unsigned long long>(sum.steps), static_cast<unsigned long long>(sum.faults),
                  static_cast<unsigned long long>(sum.grants), static_cast<double>(sum.seeds) / took);
    return line;
}

void report_failure(const recipe& what, std::uint64_t seed, const simulation_report& report) {
    std::cout << "\nwhat the servers saw:\n"
              << report.trace << "seed " << seed << " recipe " << what.name << ": " << report.failure
              << "\nreplay: build/release/tests/sim --recipe " << what.name << " --seed " << seed
              << " --trace\n";
}

bool work(const choices& chosen, const std::function<std::uint64_t()>& next,
          const std::function<void(const tally&)>& tell) {
    const auto start = steady_clock::now();
    auto told = start;
    tally sum;
    for (std::uint64_t i = next(); i < chosen.count; i = next()) {
        if (chosen.seconds > 0 && seconds_since(start) > chosen.seconds) break;
        const std::uint64_t seed = chosen.first + i;
        const recipe& what =
            chosen.recipes[seed / 2 % chosen.recipes.size()];  // each on one and on three servers
        const simulation_report report = simulate(what, seed, chosen.limits);
        if (chosen.limits.trace)
            std::cout << report.trace << "hash " << std::hex << report.hash << std::dec << '\n';
        if (!report.failure.empty()) return report_failure(what, seed, report), false;
        ++sum.seeds;
        sum.steps += report.steps;
        sum.faults += report.faults;
        sum.grants += report.grants;
        sum.virtual_seconds += std::chrono::duration<double>(report.length).count();
        sum.hazards += report.hazards;
        if (seconds_since(told) < 0.5) continue;
        told = steady_clock::now();
        tell(sum);
    }
    tell(sum);
    return true;
}

bool run(const choices& chosen) {
    const auto start = steady_clock::now();
    const bool progress = ::isatty(STDERR_FILENO) == 1;
    tally sum;
    const bool fine = crew::run(
        chosen.jobs, [&](const auto& next, const auto& tell) { return work(chosen, next, tell); },
        [&](const tally& now) {
            sum = now;
            if (progress) std::cerr << '\r' << summary(sum, seconds_since(start)) << std::flush;
        });
    if (progress) std::cerr << '\n';
    if (!chosen.limits.trace) std::cout << summary(sum, seconds_since(start)) << '\n';
    if (chosen.hazards) std::cout << sum.hazards.text();
    return fine;
}

// Each seed of few: all ways to strike its requests.
bool search(const choices& chosen) {
    for (const recipe& what : chosen.recipes) {
        for (std::uint64_t seed = chosen.first; seed < chosen.first + chosen.count; ++seed) {
            const search_report report = search_all_faults(what, seed, chosen.all_faults, chosen.places);
            std::cout << what.name << ", seed " << seed << ": " << report.runs << " runs" << std::endl;
            if (report.failure.empty()) continue;
            std::cout << report.failure << "\nfaults:" << report.faults << '\n';
            return false;
        }
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    choices chosen;
    CLI::App app(
        "Runs the library on a simulated ensemble in virtual time, with faults drawn from each seed.");
    std::vector<std::string> names{"all"};
    for (const recipe& one : recipes()) names.emplace_back(one.name);
    app.add_option("--seed", chosen.first, "the first seed")->capture_default_str();
    app.add_option("--seeds", chosen.count, "how many")->capture_default_str();
    app.add_option("--jobs", chosen.jobs, "processes")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--seconds", chosen.seconds, "no new seed after so many seconds");
    app.add_option("--recipe", chosen.wanted, "whose workload")
        ->check(CLI::IsMember(names))
        ->capture_default_str();
    app.add_option("--steps", chosen.limits.steps, "the faults of a seed end after so many events");
    app.add_flag("--trace", chosen.limits.trace, "print all that the servers saw, and what the library logs");
    app.add_flag("--hazards", chosen.hazards, "count the situations of the hazard list that came up");
    app.add_option(
        "--all-faults", chosen.all_faults,
        "instead: two clients, a short run, and every way to strike up to so many of its first requests");
    app.add_option("--places", chosen.places, "how many first requests")->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    FLAGS_minloglevel = chosen.limits.trace ? google::GLOG_INFO : google::GLOG_FATAL;
    FLAGS_logtostderr = true;
    google::InitGoogleLogging(argv[0]);
    for (const recipe& one : recipes())
        if (chosen.wanted == "all" || chosen.wanted == one.name) chosen.recipes.push_back(one);
    chosen.jobs = std::min<std::size_t>(chosen.jobs, chosen.count);
    return (chosen.all_faults > 0 ? search(chosen) : run(chosen)) ? 0 : 1;
}
