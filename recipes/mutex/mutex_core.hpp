#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <paddock/mutex.hpp>

#include "core/contender/contender.hpp"
#include "core/contender/listing.hpp"

namespace paddock::detail {

/// What all copies of one mutex share; outlives the mutex while its operations run.
class mutex_core {
public:
    /// Checks the arguments; no I/O. Throws `argument_error`.
    mutex_core(std::shared_ptr<client_core> on, std::string directory, mutex_options options);

    /// Starts an acquire, from any thread. `sink` is called on core's executor, unless `refused` says that the client is
    /// closed (or of another process): then nothing is called.
    std::shared_ptr<operation<lease>> begin(bool may_queue, std::chrono::steady_clock::time_point deadline,
                                            operation<lease>::sink_type sink, error_code& refused) const;

    /// Starts reading the first `most` of the queue, likewise.
    std::shared_ptr<queue_listing> list(std::size_t most, std::chrono::milliseconds timeout,
                                        queue_listing::sink_type sink, error_code& refused) const;

    const std::shared_ptr<client_core> client;
    const std::string path;

private:
    std::shared_ptr<const contender_settings> settings_;
};

}  // namespace paddock::detail
