#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <paddock/double_barrier.hpp>

#include "core/client_core.hpp"
#include "core/contender/queue_join.hpp"

namespace paddock::detail {

/// What all copies of one double barrier share; outlives the barrier while its operations run.
class double_barrier_core {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`.
    double_barrier_core(std::shared_ptr<client_core> on, std::string path, std::size_t members);

    /// Throws `argument_error` unless `held` is a lease of this barrier.
    void check_lease(const lease& held) const;

    const std::shared_ptr<client_core> client;
    const std::string path;
    const std::size_t members;
    const settings_ptr settings;
};

}  // namespace paddock::detail
