#pragma once

#include <cstdint>

#include "core/boot_time.hpp"

namespace paddock::testing {

/// What the clock of one machine shows while the world's time goes on: it may be fast or slow, or stand still.
class virtual_clock {
public:
    [[nodiscard]] detail::boot_time shows(detail::boot_time world) const;
    /// When it shows `local` for the first time; `boot_time::max()` if it does not as things are.
    [[nodiscard]] detail::boot_time when(detail::boot_time local) const;

    /// From `world` on it gains (or loses) so many microseconds a second.
    void drift(detail::boot_time world, std::int64_t parts_per_million);
    void stop(detail::boot_time world, bool on);

private:
    using length = detail::boot_time::duration;
    void mark(detail::boot_time world);

    detail::boot_time marked_world_{};
    detail::boot_time marked_local_{};
    std::int64_t ppm_ = 0;
    bool stopped_ = false;
};

}  // namespace paddock::testing
