#pragma once

#include <chrono>
#include <cstddef>

namespace paddock::detail {

/// What one request may carry besides its path. Servers drop the connection above jute.maxbuffer (1,048,575
/// bytes by default) and a blind retry would loop for ever (hazard A15).
inline constexpr std::size_t request_bytes_max = 1'000'000;

/// A reconnect sends all watches of a session in one packet; above the servers' limit every reconnect would be
/// dropped until the session expires (rule 17, hazard B6, ZOOKEEPER-706). Counted as path + 4 bytes each.
inline constexpr std::size_t watch_bytes_max = 768 * 1024;

/// Ending a session that owns more ephemeral path bytes than a server accepts in one transaction stops the whole
/// ensemble (hazard E10, ZOOKEEPER-4306).
inline constexpr std::size_t ephemeral_path_bytes_max = 512 * 1024;

/// The longest session that may be asked for, and that is believed of a server. The C client computes twice the timeout in
/// 32 bits: beyond that no handshake would succeed any more.
inline constexpr std::chrono::milliseconds session_timeout_max = std::chrono::hours(24);

}  // namespace paddock::detail
