#include "tests/sim/pipe.hpp"

#include <algorithm>
#include <utility>

namespace paddock::testing {

void sim_pipe::push(std::chrono::nanoseconds delay, std::function<void()> arrival) {
    if (closed_) return;
    last_arrival_ = std::max(last_arrival_, saturating_add(receiver_.now(), delay));
    on_the_way_.push_back({std::move(arrival), last_arrival_, deliver_at(last_arrival_)});
}

detail::scheduled_call sim_pipe::deliver_at(detail::boot_time when) {
    return receiver_.call_at(when, [this] { deliver(); });  // taken back with the packet
}

// All that has come by now is read in one go, before anything that it makes ready.
void sim_pipe::deliver() {
    if (stalled_) {
        ++overdue_;
        return;
    }
    const auto self = shared_from_this();
    if (on_the_way_.empty()) return;
    do take_next();
    while (!stalled_ && !on_the_way_.empty() && on_the_way_.front().due <= receiver_.now());
}

void sim_pipe::take_next() {
    const packet next = std::move(on_the_way_.front());
    on_the_way_.pop_front();
    next.arrival();
}

void sim_pipe::stall(bool on) {
    const bool was_stalled = std::exchange(stalled_, on);
    if (on || !was_stalled) return;
    for (std::size_t i = 0; i < overdue_; ++i) {
        on_the_way_[i].due = receiver_.now();
        on_the_way_[i].timer = deliver_at(receiver_.now());
    }
    overdue_ = 0;
}

void sim_pipe::flush() {
    overdue_ = 0;
    while (!on_the_way_.empty()) take_next();
}

void sim_pipe::close() {
    closed_ = true;
    overdue_ = 0;
    const auto lost = std::exchange(on_the_way_, {});
}

}  // namespace paddock::testing
