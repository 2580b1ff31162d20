#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/operation.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {

/// One quorum write that names these nodes: at its zxid they exist, so their session lives (hazards C3, E16). Repeated
/// until it is answered on the connection that there is then, whose epoch goes into `epoch`. Errors are final, or a
/// `round_end`. With `to_the_end`, giving up does not stop it.
asio::awaitable<error_code> confirm_nodes(operation_base& whom, session& home,
                                          const std::vector<std::string>& nodes, std::uint64_t& epoch,
                                          bool to_the_end = false);

}  // namespace paddock::detail
