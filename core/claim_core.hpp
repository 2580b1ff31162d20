#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/client_core.hpp"
#include "core/contender/acquire.hpp"
#include "core/contender/contender_settings.hpp"

namespace paddock::detail {

/// What all copies of one claim share; outlives the claim while its operations run.
class claim_core {
public:
    /// `shown` is what errors name: a path without the name space.
    claim_core(std::shared_ptr<client_core> on, std::string shown);
    virtual ~claim_core() = default;

    /// Starts an acquire, from any thread. `sink` is called on core's executor, unless `refused` says that the client is
    /// closed (or of another process): then nothing is called.
    std::shared_ptr<operation<lease>> begin(bool may_queue, std::chrono::steady_clock::time_point deadline,
                                            operation<lease>::sink_type sink, error_code& refused) const;

    /// A lease for which neither a server nor core need be asked; empty if there is none. Any thread.
    [[nodiscard]] virtual lease take_at_once(std::chrono::steady_clock::time_point) const { return {}; }

    /// For a claim that is one place in one queue, so that a `multi_lock` can take it with others; else null.
    [[nodiscard]] virtual std::shared_ptr<const contender_settings> queue() const { return nullptr; }

    const std::shared_ptr<client_core> client;
    const std::string path;

private:
    [[nodiscard]] virtual std::shared_ptr<acquire_operation> make_attempt(
        bool may_queue, operation<lease>::sink_type sink) const = 0;
};

}  // namespace paddock::detail
