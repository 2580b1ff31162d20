#include "tests/sim/virtual_clock.hpp"

namespace paddock::testing {

namespace {

constexpr std::int64_t million = 1'000'000;

// n * by / of without overflow, rounded down for n >= 0.
std::int64_t scaled(std::int64_t n, std::int64_t by, std::int64_t of) {
    return n / of * by + n % of * by / of;
}

}  // namespace

detail::boot_time virtual_clock::shows(detail::boot_time world) const {
    if (stopped_) return marked_local_;
    const auto passed = world - marked_world_;
    if (ppm_ == 0) return marked_local_ + passed;
    return marked_local_ + passed + length(scaled(passed.count(), ppm_, million));
}

detail::boot_time virtual_clock::when(detail::boot_time local) const {
    if (local == detail::boot_time::max() || (stopped_ && local > marked_local_))
        return detail::boot_time::max();
    if (local <= marked_local_) return marked_world_ - (marked_local_ - local);  // it has been
    const auto ahead = (local - marked_local_).count();
    if (ppm_ == 0) return saturating_add(marked_world_, length(ahead));
    auto found = saturating_add(marked_world_, length(scaled(ahead, million, million + ppm_)));
    while (found != detail::boot_time::max() && shows(found) < local) found += length(1);
    return found;
}

void virtual_clock::mark(detail::boot_time world) {
    marked_local_ = shows(world);
    marked_world_ = world;
}

void virtual_clock::drift(detail::boot_time world, std::int64_t parts_per_million) {
    mark(world);
    ppm_ = parts_per_million;
}

void virtual_clock::stop(detail::boot_time world, bool on) {
    mark(world);
    stopped_ = on;
}

}  // namespace paddock::testing
