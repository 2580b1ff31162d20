#pragma once

#include <chrono>

#include "core/znode_api.hpp"

namespace paddock::detail {

/// Before a server that refuses for the moment (throttled, leaving) is asked again.
inline constexpr std::chrono::milliseconds refused_delay(100);

/// The one table of what a server's answer means for a retry (reliability.md 3.5, rule 11): these pass by
/// themselves, everything else stays as it is however often one asks.
constexpr bool passes_by_itself(int server_code) noexcept {
    switch (server_code) {
        case -118:  // session moved: the connection is being replaced
        case -119:  // the server is read-only
        case -122:  // timed out inside the server
        case -127:  // throttled
            return true;
        default: return false;
    }
}

inline bool is_code(const error_code& ec, server_errc code) noexcept { return ec == make_error_code(code); }

/// Whether a reply says nothing final and the request may be tried again: for reads and for idempotent writes.
inline bool worth_retrying(const reply& answer) noexcept {
    if (answer.what != fate::answered) return true;
    return answer.ec && answer.ec.category() == zookeeper_category() && passes_by_itself(answer.ec.value());
}

}  // namespace paddock::detail
