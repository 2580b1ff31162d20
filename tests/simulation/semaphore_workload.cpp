#include <paddock/semaphore.hpp>

#include <algorithm>
#include <set>

#include <boost/asio/error.hpp>

#include "tests/simulation/lease_workload.hpp"
#include "tests/simulation/permit_history.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {
namespace {

constexpr std::uint32_t declared = 3;

std::vector<std::string> everybody(const std::vector<std::string>& children) { return children; }

/// Requests of one to three permits, and limits that change in the middle.
class semaphore_workload final : public lease_workload {
public:
    explicit semaphore_workload(stage& on) : lease_workload(on, everybody), permits_(directories()) {}

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        if (by == nullptr) return;
        if (on_.choose.chance(0.15)) return change_limit(*by);
        const auto way = on_.choose.below(4);
        const job_ptr made = begin(*by, way < 2);
        if (!made) return;
        queue_claim on =
            on_semaphore(*by, made->paths.front())
                .permits(on_.choose.chance(0.5) ? 1
                                                : 1 + static_cast<std::uint32_t>(on_.choose.below(declared)));
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
        return lease_workload::unsettled();
    }

    // With a lowered limit the big requests would wait for ever.
    bool wind_down() override {
        for (const std::string& path : directories()) {
            if (restored_.contains(path) || !on_.ensemble.node(path)) continue;
            core_client* const by = on_.actor();
            if (by == nullptr) continue;
            restored_.insert(path);
            set_limit(*by, path, declared);
        }
        const bool changed =
            std::ranges::all_of(changing_, [](const core_client* one) { return one->process.killed(); });
        return lease_workload::wind_down() && changed;
    }

private:
    static semaphore on_semaphore(core_client& by, const std::string& path) {
        return semaphore(by.handle, path, {.limit = declared});
    }

    void change_limit(core_client& by) {
        set_limit(by, on_.choose.one_of(directories()), 1 + static_cast<std::uint32_t>(on_.choose.below(5)));
    }

    void set_limit(core_client& by, const std::string& path, std::uint32_t limit) {
        changing_.insert(&by);
        on_semaphore(by, path).async_set_limit(limit, std::chrono::seconds(20), [this, &by](error_code ec) {
            changing_.erase(changing_.find(&by));
            const bool late = ec == make_error_code(errc::servers_unreachable);
            const bool denied = on_.rights_changed && ec == make_error_code(server_errc::no_auth);
            require(!ec || late || denied || by.closing, "I4", "a limit cannot be changed");
        });
    }

    // Permits are for several; what must be granted is judged by this workload itself.
    [[nodiscard]] bool turn_is_grant() const override { return false; }

    void expect_turn(const job& granted) override {
        const auto& writes = permits_.writes(granted.nodes.front());
        require(!writes.empty(), "I2", "a grant was never written");
        require(writes.contains(granted.token.value()), "I3", "a token is not the zxid of the grant");
    }

    void see(const txn& agreed) override {
        // An older one has not written its grant yet: the worst moment to lower the limit.
        const bool out_of_order = permits_.apply(agreed);
        core_client* const by = out_of_order && on_.choose.chance(0.5) ? on_.actor() : nullptr;
        if (by != nullptr)
            on_.later(*by, std::chrono::nanoseconds(1),
                      [this, by, path = parent_of(agreed.changes.front().path)] { set_limit(*by, path, 1); });
        lease_workload::see(agreed);
    }

    permit_history permits_;
    std::set<std::string> restored_;
    std::multiset<const core_client*> changing_;
};

}  // namespace

std::unique_ptr<workload> make_semaphore_workload(stage& on) {
    return std::make_unique<semaphore_workload>(on);
}

}  // namespace paddock::testing
