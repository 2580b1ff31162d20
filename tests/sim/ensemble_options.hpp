#pragma once

#include <chrono>
#include <cstddef>

#include "tests/sim/quorum.hpp"

namespace paddock::testing {

/// One server that agrees with itself at once.
constexpr quorum_options lone_server = {.servers = 1,
                                        .message = std::chrono::nanoseconds(0),
                                        .storage = std::chrono::nanoseconds(0),
                                        .tick = std::chrono::milliseconds(500),
                                        .patience_ticks = 5,
                                        .election = std::chrono::nanoseconds(0)};

/// Three that hear each other at once, and take long to notice that they do not. The last one leads; handle 1 comes to
/// the first one, handle 2 to the second.
constexpr quorum_options three_servers = [] {
    quorum_options options = lone_server;
    options.servers = 3;
    options.patience_ticks = 240;
    return options;
}();

struct ensemble_options {
    std::chrono::nanoseconds one_way =
        std::chrono::milliseconds(1);    ///< from client to server and back; above zero
    std::chrono::nanoseconds jitter{0};  ///< up to this much is added, at random
    std::chrono::nanoseconds reconnect_delay = std::chrono::milliseconds(10);
    std::chrono::milliseconds min_timeout{100};  ///< session timeouts are negotiated into these limits
    std::chrono::milliseconds max_timeout = std::chrono::hours(1);
    std::chrono::nanoseconds tick{0};           ///< sessions expire at multiples of it
    std::size_t max_request_bytes = 1'048'575;  ///< a bigger one closes the connection
    std::size_t max_connections =
        0;  ///< a server closes what comes beyond it at once (hazard E3); 0: no limit
    std::chrono::nanoseconds reap_every{0};  ///< a leader looks for abandoned containers that often; 0: never
    quorum_options quorum = lone_server;     ///< fixed once the ensemble is made
};

/// As `three_servers`, all else as usual.
inline ensemble_options on_three_servers() {
    ensemble_options options;
    options.quorum = three_servers;
    return options;
}

}  // namespace paddock::testing
