#include "integration/support/proxy_trace.hpp"

#include <utility>

namespace paddock::testing {

std::size_t network_waits(const std::vector<trace_entry>& trace) {
    std::size_t waits = 0;
    bool sent = false;
    for (const auto& entry : trace) {
        const frame_info& frame = entry.frame;
        if (frame.op == opcode::connect || frame.op == opcode::ping || frame.is_event()) continue;
        if (frame.towards == direction::to_server) {
            sent = true;
        } else if (std::exchange(sent, false)) {
            ++waits;
        }
    }
    return waits;
}

}  // namespace paddock::testing
