#pragma once

#include <algorithm>
#include <chrono>
#include <deque>

#include "core/boot_time.hpp"

namespace paddock::detail {

/// How long a session has been silent of late. Servers that hear a client report it to their leader some time afterwards:
/// until then the leader's clock for the session still counts from before the silence, whatever has been sent since.
class recent_silence {
public:
    void reset() noexcept { long_ones_.clear(); }

    /// For each sending: the longest silence that ended within `window` up to `now`, the one since `previous` included; at
    /// least `usual`.
    std::chrono::nanoseconds sending(boot_time previous, boot_time now, std::chrono::nanoseconds usual,
                                     std::chrono::nanoseconds window) {
        const auto length = now - previous;
        while (!long_ones_.empty() && long_ones_.back().length <= length) long_ones_.pop_back();
        if (length > usual) long_ones_.push_back({length, now});
        while (!long_ones_.empty() && long_ones_.front().end + window < now) long_ones_.pop_front();
        return long_ones_.empty() ? usual : std::max(usual, long_ones_.front().length);
    }

private:
    struct silence {
        std::chrono::nanoseconds length;
        boot_time end;
    };
    std::deque<silence> long_ones_;  // each longer than those behind it; at most window / usual of them
};

}  // namespace paddock::detail
