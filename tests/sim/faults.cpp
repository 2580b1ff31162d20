#include "tests/sim/faults.hpp"

#include <algorithm>
#include <utility>

namespace paddock::testing {

std::optional<sim_faults::rule> sim_faults::meet(const request& what, handle_number who, bool sending) {
    for (auto at = rules_.begin(); at != rules_.end(); ++at) {
        const bool at_send = at->position == fault_position::before_send;
        const bool for_it = at->filter.who == every_handle || at->filter.who == who;
        if (at_send != sending || at->kind != what.kind || !for_it) continue;
        if (what.path.find(at->filter.path_part) == std::string::npos) continue;
        if (at->filter.skip > 0) {
            --at->filter.skip;
            continue;
        }
        rule met = std::move(*at);
        rules_.erase(at);
        return met;
    }
    return std::nullopt;
}

std::optional<nth_fault> sim_faults::count_request() {
    const std::uint64_t now = requests_++;
    const auto found = std::ranges::find(nth_, now, &nth_fault::request);
    return found == nth_.end() ? std::nullopt : std::optional(*found);
}

void sim_faults::roll(const fault_rates& rates, std::uint64_t seed) {
    rates_ = rates;
    random_.seed(seed);
}

bool sim_faults::hits(double probability) {
    const bool hit = probability > 0 && static_cast<double>(random_() >> 11) * 0x1.0p-53 < probability;
    met_ += hit ? 1 : 0;
    return hit;
}

std::chrono::nanoseconds sim_faults::up_to(std::chrono::nanoseconds longest) {
    const auto limit = static_cast<std::uint64_t>(longest.count());
    return std::chrono::nanoseconds(static_cast<std::int64_t>(limit == 0 ? 0 : random_() % limit));
}

}  // namespace paddock::testing
