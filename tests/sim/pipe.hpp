#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

#include "core/environment.hpp"

namespace paddock::testing {

/// One direction of a connection: packets arrive in order, each after its delay, on the receiver's
/// environment.
class sim_pipe : public std::enable_shared_from_this<sim_pipe> {
public:
    explicit sim_pipe(detail::environment& receiver) : receiver_(receiver) {}

    void push(std::chrono::nanoseconds delay, std::function<void()> arrival);
    /// While stalled nothing arrives; afterwards what had come due arrives at once.
    void stall(bool on);
    /// Everything on the way arrives now.
    void flush();
    /// Loses what is on the way and all that is pushed later.
    void close();

private:
    struct packet {
        std::function<void()> arrival;
        detail::boot_time due;
        detail::scheduled_call timer;
    };
    void deliver();
    void take_next();
    detail::scheduled_call deliver_at(detail::boot_time when);

    detail::environment& receiver_;
    std::deque<packet> on_the_way_;
    detail::boot_time last_arrival_{};
    std::size_t overdue_ = 0;
    bool stalled_ = false;
    bool closed_ = false;
};

}  // namespace paddock::testing
