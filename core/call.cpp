#include <string>

#include <paddock/deadline.hpp>
#include <paddock/error.hpp>

namespace paddock::detail {

std::chrono::steady_clock::time_point deadline_after(std::chrono::nanoseconds limit) {
    if (limit <= std::chrono::nanoseconds::zero()) {
        throw argument_error(errc::invalid_duration,
                             "limit: " + std::to_string(limit.count()) + " ns is not more than zero");
    }
    const auto now = std::chrono::steady_clock::now();
    return limit > no_deadline - now ? no_deadline : now + limit;
}

}  // namespace paddock::detail
