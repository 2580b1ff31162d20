#include "core/call.hpp"

#include <paddock/deadline.hpp>

namespace paddock::detail {

bool in_time(const error_code& ec, const std::string& path) {
    if (ec == errc::timed_out || ec == errc::servers_unreachable) return false;
    if (ec) throw boost::system::system_error(ec, path);
    return true;
}

std::chrono::steady_clock::time_point deadline_after(std::chrono::nanoseconds limit) {
    if (limit <= std::chrono::nanoseconds::zero()) {
        throw argument_error(errc::invalid_duration,
                             "limit: " + std::to_string(limit.count()) + " ns is not more than zero");
    }
    const auto now = std::chrono::steady_clock::now();
    return limit > no_deadline - now ? no_deadline : now + limit;
}

}  // namespace paddock::detail
