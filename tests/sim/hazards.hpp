#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paddock::testing {

/// The situations that a simulation of today's recipes can get into; README.md beside this says of each who notices
/// it, and why the others cannot come up.
enum class hazard {
    // clang-format off
    a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a12, a14, a15,
    b1, b2, b3, b4, b5, b6, b7, b8, b10, b11, b12, b13, b14, b15,
    c1, c2, c3, c4, c5, c6, c7, c8, c9, c12, c15, c16, c18,
    d1, d2, d3, d4, d5, d6, d7, d8, d9,
    e1, e2, e3, e6, e7, e8, e13, e16, e17, e18, e19, e20,
    f9, f10, f11, f12, f13, f14, f15,
    // clang-format on
    count
};

/// As in the list of hazards: "A1".
std::string name_of(hazard which);
/// The situation in a few words.
std::string_view text_of(hazard which);
/// True for what the model notices; the rest is the schedule's to report, which drives the recipes.
bool is_noticed_by_the_model(hazard which);

/// How often each has come up ("sometimes" assertions): a run that never gets into a situation proves nothing about it.
class hazard_log {
public:
    void reach(hazard which) noexcept { ++counts_[static_cast<std::size_t>(which)]; }
    [[nodiscard]] std::uint64_t count(hazard which) const noexcept {
        return counts_[static_cast<std::size_t>(which)];
    }
    hazard_log& operator+=(const hazard_log& other) noexcept;
    /// Of those that the library can get into.
    [[nodiscard]] std::vector<hazard> never_reached() const;
    /// One line a hazard: name, count, situation; then what was never reached.
    [[nodiscard]] std::string text() const;

private:
    std::array<std::uint64_t, static_cast<std::size_t>(hazard::count)> counts_{};
};

}  // namespace paddock::testing
