#include <algorithm>
#include <set>
#include <utility>

#include "tests/simulation/limit_changes.hpp"
#include "tests/simulation/permit_history.hpp"
#include "tests/simulation/sharing_jobs.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {
namespace {

std::vector<std::string> everybody(const std::vector<std::string>& children) { return children; }

/// Requests of one to three permits, and limits that change in the middle.
class semaphore_workload final : public sharing_jobs {
public:
    explicit semaphore_workload(stage& on)
        : sharing_jobs(on, everybody, false), permits_(directories()), limits_(on, directories()) {}

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        if (by == nullptr) return;
        if (on_.choose.chance(0.15)) return limits_.change(*by);
        const auto way = on_.choose.below(4);
        const job_ptr made = begin(*by, way < 2);
        if (!made) return;
        made->tried = way == 1;
        made->permits = limits_.any_request();
        queue_claim on =
            limit_changes::semaphore_of(*by, made->paths.front(), sharing()).permits(made->permits);
        if (way == 0) made->deadline = by->process.steady_now() + on_.choose.up_to(std::chrono::seconds(3));
        switch (way) {
            case 0: on.async_acquire_until(*made->deadline, token(made)); break;
            case 1: on.async_try_acquire(token(made)); break;
            default: on.async_acquire(token(made)); break;
        }
    }

    std::string unsettled() override {
        const std::string node = permits_.overlooked();
        if (!node.empty()) return node + " has room, but no grant";
        if (!limits_.ended()) return "a limit is being changed";
        return lease_workload::unsettled();
    }

    bool wind_down() override {
        const bool restored = limits_.restore();
        return lease_workload::wind_down() && restored;
    }

private:
    // Between two that leave: who waits behind holders beyond the limit has to notice every change.
    void stir() override {
        core_client* const by = on_.choose.chance(0.4) ? on_.actor() : nullptr;
        if (by != nullptr) limits_.change(*by);
    }

    // Permits are for several; what must be granted is judged by this workload itself.
    [[nodiscard]] std::size_t turns() const override { return 0; }

    [[nodiscard]] std::size_t contenders_of(const job& like, std::size_t waiting,
                                            std::size_t held) const override {
        const std::size_t places = limit_changes::declared / like.permits;
        return std::min(waiting, std::max<std::size_t>(1, places > held ? places - held : 0));
    }

    void expect_turn(const job& granted) override {
        sharing_jobs::expect_turn(granted);
        require(tokens_.insert(granted.token).second, "I3", "a token is given twice");
        const auto& writes = permits_.writes(granted.nodes.front());
        require(!writes.empty(), "I2", "a grant was never written");
        require(writes.contains(granted.token.value()), "I3", "a token is not the zxid of the grant");
    }

    void see(const txn& agreed) override {
        // An older one has not written its grant yet: the worst moment to lower the limit.
        const bool out_of_order = permits_.apply(agreed);
        const bool worst = out_of_order && !winding_down() && on_.choose.chance(0.5);
        core_client* const by = worst ? on_.actor() : nullptr;
        if (by != nullptr)
            on_.later(
                *by, std::chrono::nanoseconds(1),
                [this, by, path = parent_of(agreed.changes.front().path)] { limits_.set(*by, path, 1); });
        lease_workload::see(agreed);
    }

    std::set<fencing_token> tokens_;
    permit_history permits_;
    limit_changes limits_;
};

}  // namespace

std::unique_ptr<workload> make_semaphore_workload(stage& on) {
    return std::make_unique<semaphore_workload>(on);
}

}  // namespace paddock::testing
