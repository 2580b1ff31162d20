#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/stage.hpp"

namespace paddock::testing {

/// What goes wrong: for each seed another choice of faults, each kind left out with a chance of one half, so that rare
/// combinations are not drowned by frequent ones (swarm testing, Groce et al., ISSTA 2012).
class swarm {
public:
    swarm(stage& on, const std::vector<std::string>& directories);

    /// One fault.
    void strike();
    /// All faults are over, the servers and all processes work again.
    void end();
    [[nodiscard]] std::uint64_t faults() const { return faults_; }

private:
    struct fault {
        std::uint64_t weight;
        void (swarm::*happen)();
    };
    void draw_fault_rates();

    // One client's connection
    void cut();
    void stall();
    void half_open();
    void expire();
    void refuse();
    void congest();
    // One client's process
    void freeze();
    void suspend();
    void pause();
    void drift();
    void kill();
    void close();
    // The servers
    void isolate();
    void lose_a_server();
    void cut_off_a_server();
    void power_cut();
    void lag();
    void reap();
    void operator_deletes();
    void litter();
    void fill_counter();
    void roll_over();
    void deny();

    void silence(core_client& who, stalled_way way);
    void relapse(core_client& who);
    void cut_off(server_number at);
    void cut_off_server_of(core_client& who);
    core_client* victim();
    handle_number connection();

    stage& on_;
    const std::vector<std::string>& directories_;
    std::vector<fault> kinds_;
    std::uint64_t weights_ = 0;
    std::uint64_t faults_ = 0;
    std::chrono::nanoseconds longest_silence_{};  ///< of a connection that stands: up to a whole session
    std::size_t leavers_ = 0;
};

}  // namespace paddock::testing
