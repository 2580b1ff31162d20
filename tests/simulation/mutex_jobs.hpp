#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include <paddock/mutex.hpp>

#include "tests/simulation/mutex_rule.hpp"
#include "tests/simulation/sharing_jobs.hpp"

namespace paddock::testing {

/// Acquires of mutexes.
class mutex_jobs : public sharing_jobs {
protected:
    explicit mutex_jobs(stage& on) : sharing_jobs(on, oldest_contender, true) {}

    /// The client's, and kept: a place that lingers ends with the last of those who use it.
    [[nodiscard]] mutex& mutex_of(core_client& by, const std::string& path) {
        const auto [at, first] = mutexes_.try_emplace(std::pair(&by, path));
        mutex_options options;
        options.sharing = sharing();
        if (first) at->second = std::make_unique<mutex>(by.handle, path, options);
        return *at->second;
    }

    void expect_turn(const job& granted) override {
        lease_workload::expect_turn(granted);
        sharing_jobs::expect_turn(granted);
    }
    void conclude() override {
        lease_workload::conclude();
        mutexes_.clear();
    }

private:
    std::map<std::pair<core_client*, std::string>, std::unique_ptr<mutex>> mutexes_;
};

}  // namespace paddock::testing
