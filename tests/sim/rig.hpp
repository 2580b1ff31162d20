#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>

#include "tests/sim/core_client.hpp"
#include "tests/sim/ensemble.hpp"
#include "tests/sim/virtual_environment.hpp"

namespace paddock::testing {

/// Virtual time, an ensemble and clients; and at the end the question what is left of them.
class rig {
public:
    explicit rig(std::uint64_t seed = 1, ensemble_options options = {});
    ~rig();
    rig(const rig&) = delete;
    rig& operator=(const rig&) = delete;

    core_client& add_client(const client_options& options);

    bool run_until(const std::function<bool()>& done,
                   std::chrono::nanoseconds limit = std::chrono::seconds(10)) {
        return world.run_until(done, limit);
    }

    /// Ends every fault that can be ended.
    void heal();
    /// Nothing is left over of operations that have ended: no node, watch, obligation or share of a budget.
    [[nodiscard]] bool quiet() const;
    /// Closes all clients and removes them. Says what is left then; nothing, when all is well.
    [[nodiscard]] std::string close_clients();

    virtual_environment world;
    sim_ensemble ensemble;
    std::list<core_client> clients;
};

}  // namespace paddock::testing
