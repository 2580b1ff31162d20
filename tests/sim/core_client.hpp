#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <paddock/client.hpp>

#include "core/client_core.hpp"
#include "tests/sim/ensemble.hpp"
#include "tests/sim/virtual_environment.hpp"
#include "tests/sim/virtual_process.hpp"

namespace paddock::testing {

/// A client of a simulated process of its own: the whole core above the seam, no threads.
class core_client {
public:
    core_client(virtual_environment& world, sim_ensemble& ensemble, const client_options& options);
    ~core_client();
    core_client(const core_client&) = delete;
    core_client& operator=(const core_client&) = delete;

    [[nodiscard]] client_stats stats() const { return core->stats(); }
    [[nodiscard]] session_state state() const { return core->snapshot().state; }
    [[nodiscard]] std::int64_t session_id() const { return core->snapshot().session_id; }
    /// The handle of the present session, for the ensemble's controls and counters; 0 while there is none.
    [[nodiscard]] handle_number number() const;
    /// Starts to close; `closed` follows.
    void close();

    virtual_environment& world;
    sim_ensemble& ensemble;
    virtual_process process;
    std::size_t pending_handlers = 0;  ///< posted by core and not yet run
    std::shared_ptr<detail::client_core> core;
    client handle;
    bool closing = false;
    bool closed = false;
};

}  // namespace paddock::testing
