#pragma once

#include "integration/fidelity/side.hpp"
#include "tests/sim/ensemble.hpp"
#include "tests/sim/virtual_environment.hpp"

namespace paddock::testing {

/// A world of its own for one script.
class sim_side final : public side {
public:
    sim_side() { ensemble_.options().max_timeout = longest_timeout; }
    ~sim_side() override;

    void run(const std::function<void()>& what) override { what(); }
    [[nodiscard]] bool wait(const std::function<bool()>& done) override;
    void open(actor_number who) override;
    void cut(actor_number who) override;
    void leave(actor_number who) override;
    void come_back(actor_number who) override;
    void expire(actor_number who) override;
    void strike(const script_step& step, const std::function<void()>& send) override;
    [[nodiscard]] std::array<std::size_t, client_count> watches_left(
        const std::function<void()>& remove_all) override;

private:
    virtual_environment world_;
    sim_ensemble ensemble_{world_};
    std::array<handle_number, client_count + 1> handles_{};
};

}  // namespace paddock::testing
