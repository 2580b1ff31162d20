#pragma once

#include <chrono>

#include <boost/asio/error.hpp>

#include <paddock/error.hpp>

namespace paddock::testing {

/// After the faults: servers that were cut off notice it, sessions that are over end, and a client of the longest session
/// notices after two thirds of its 8 s that its connection is dead.
inline constexpr std::chrono::nanoseconds calm = std::chrono::seconds(6);
/// What clocks that differ by 200 ppm add to a bound.
inline constexpr std::chrono::nanoseconds clock_slack = std::chrono::milliseconds(5);
/// A process that comes last in the order of priority may be that late.
inline constexpr std::chrono::nanoseconds signal_slack = std::chrono::milliseconds(50);

/// How an operation may end that had a deadline or was cancelled.
inline bool ended_by_caller(const error_code& ec) {
    return ec == boost::asio::error::operation_aborted || ec == make_error_code(errc::timed_out) ||
           ec == make_error_code(errc::servers_unreachable);
}

}  // namespace paddock::testing
