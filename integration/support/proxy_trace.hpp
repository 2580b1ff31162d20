#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "integration/support/frame_parser.hpp"

namespace paddock::testing {

struct proxy_counters {
    std::size_t accepted = 0;  ///< connections
    std::size_t cuts = 0;      ///< connections closed by the proxy
    std::size_t events = 0;    ///< watch events that arrived from the server
    std::size_t bytes_to_server = 0;
    std::size_t bytes_to_client = 0;
    std::map<opcode, std::size_t> requests =
        {};  ///< that arrived from clients, handshakes and pings included
};

/// One frame that arrived at the proxy, whatever became of it.
struct trace_entry {
    std::uint64_t connection;  ///< counts up from 1
    std::chrono::steady_clock::time_point at;
    frame_info frame;
};

/// How often a client waited for the network: runs of requests that are followed by a reply. Handshakes,
/// pings and watch events do not count. Two requests sent back to back count once only when the second one
/// reaches the proxy before the first one's reply: measure with `set_lag(20ms)`, which makes that certain.
[[nodiscard]] std::size_t network_waits(const std::vector<trace_entry>& trace);

}  // namespace paddock::testing
