#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>

namespace paddock::testing {

/// Every choice of a simulation; the distributions of <random> differ by library, these do not.
class dice {
public:
    explicit dice(std::uint64_t seed) : random_(seed) {}

    /// 0 to limit - 1.
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool chance(double probability) { return static_cast<double>(random_() >> 11) * 0x1.0p-53 < probability; }
    /// Above zero, at most `longest`.
    std::chrono::nanoseconds up_to(std::chrono::nanoseconds longest) {
        return std::chrono::nanoseconds(1 + below(static_cast<std::uint64_t>(longest.count())));
    }
    template <class Container>
    auto& one_of(Container& all) {
        return *std::next(std::begin(all), static_cast<std::ptrdiff_t>(below(std::size(all))));
    }

private:
    std::mt19937_64 random_;
};

}  // namespace paddock::testing
