#pragma once

#include "tests/sim/virtual_environment.hpp"

namespace paddock::testing {

/// A process of its own in a virtual environment: it can be frozen, as by SIGSTOP, while servers and other
/// processes go on. What comes in meanwhile (messages, due calls) runs after the thaw, in its order.
class virtual_process final : public detail::environment {
public:
    explicit virtual_process(virtual_environment& world) : world_(world) { world_.add(lane_); }
    ~virtual_process() override { world_.remove(lane_); }
    virtual_process(const virtual_process&) = delete;
    virtual_process& operator=(const virtual_process&) = delete;

    void freeze() { lane_.frozen = true; }
    void thaw() { lane_.frozen = false; }

    boost::asio::any_io_executor executor() override { return lane_.io.get_executor(); }
    [[nodiscard]] detail::boot_time now() const noexcept override { return world_.now(); }
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
};

}  // namespace paddock::testing
