#pragma once

#include "tests/sim/virtual_environment.hpp"

namespace paddock::testing {

/// A process of its own in a virtual environment, on a machine of its own: what stops it stops neither servers nor
/// other processes. What comes in meanwhile (messages, due calls) runs afterwards, in its order. Each way to stop it
/// is undone by its own counterpart, whatever else has stopped it.
class virtual_process final : public virtual_host {
public:
    /// Its clock gains (or loses) `drift_ppm` microseconds a second.
    explicit virtual_process(virtual_environment& world, std::int64_t drift_ppm = 0) : world_(world) {
        world_.add(lane_);
        if (drift_ppm != 0) drift(drift_ppm);
    }
    ~virtual_process() override { world_.remove(lane_); }
    virtual_process(const virtual_process&) = delete;
    virtual_process& operator=(const virtual_process&) = delete;

    /// As by SIGSTOP.
    void freeze() { lane_.frozen = true; }
    void thaw() { lane_.frozen = false; }
    /// Its machine sleeps: CLOCK_BOOTTIME goes on, the C client's clock does not (hazard C18).
    void suspend();
    void resume();
    /// A hypervisor stops its machine: so do all its clocks, and they are behind for ever.
    void pause();
    void unpause();
    /// Changes the rate of its clocks.
    void drift(std::int64_t ppm);
    /// As by SIGKILL: nothing of it ever runs again, and its connections end without a farewell. What it has sent
    /// still arrives.
    void kill() { world_.bury(lane_, *this); }
    /// What was left undone runs after all, without a connection, so that objects of the process can be taken apart.
    void exhume() { world_.exhume(lane_); }
    [[nodiscard]] condition state() const noexcept override;
    [[nodiscard]] bool killed() const noexcept { return state() == condition::killed; }

    boost::asio::any_io_executor executor() override { return lane_.get_executor(); }
    [[nodiscard]] detail::boot_time now() const noexcept override { return lane_.clock.shows(world_.now()); }
    [[nodiscard]] detail::boot_time awake() const noexcept override;
    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const noexcept override {
        return std::chrono::steady_clock::time_point(awake().time_since_epoch());
    }
    [[nodiscard]] detail::scheduled_call call_at(detail::boot_time when,
                                                 std::function<void()> action) override {
        return world_.call_at(lane_, when, std::move(action));
    }
    std::array<std::uint8_t, 16> random_128() override { return world_.random_128(); }
    double random_unit() override { return world_.random_unit(); }
    std::unique_ptr<detail::znode_api> open(const detail::session_parameters& parameters,
                                            detail::session_listener& listener) override {
        return world_.open_for(*this, parameters, listener);
    }

private:
    virtual_environment& world_;
    virtual_lane lane_;
    detail::boot_time suspended_at_;
    detail::boot_clock::duration slept_{};
};

}  // namespace paddock::testing
