#include <paddock/curator_semaphore.hpp>

#include <algorithm>
#include <set>

#include "tests/simulation/lease_workload.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {
namespace {

constexpr std::uint32_t curator_limit = 2;

std::vector<std::string> all_leases(const std::vector<std::string>& children) { return children; }

/// Two permits each; faults meddle with the leases.
class curator_semaphore_workload final : public lease_workload {
public:
    explicit curator_semaphore_workload(stage& on)
        : lease_workload(on, all_leases, {"/locks/a/leases", "/locks/b/leases"}) {}

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        if (by == nullptr) return;
        if (on_.choose.chance(0.05)) rob_mutex(on_.choose.one_of(directories()));
        if (on_.choose.chance(0.1)) tidy();
        const auto way = on_.choose.below(4);
        const job_ptr made = begin(*by, way < 2);
        if (!made) return;
        curator_semaphore on(by->handle, parent_of(made->paths.front()), {.limit = curator_limit});
        if (way == 0) made->deadline = by->process.steady_now() + on_.choose.up_to(std::chrono::seconds(3));
        switch (way) {
            case 0: on.async_acquire_until(*made->deadline, token(made)); break;
            case 1: on.async_try_acquire(token(made)); break;
            default: on.async_acquire(token(made)); break;
        }
    }

private:
    static std::string mutex_of(const std::string& leases) { return parent_of(leases) + "/locks"; }

    // Who has it waits for a lease, perhaps: it has to notice.
    void rob_mutex(const std::string& leases) {
        const auto names = on_.ensemble.children(mutex_of(leases));
        const auto sequence = [](const std::string& name) { return name.substr(name.rfind('-')); };
        const auto first = std::ranges::min_element(names, {}, sequence);
        if (first != names.end()) on_.ensemble.remove_by_operator(mutex_of(leases) + "/" + *first);
    }

    void stir() override { rob_mutex(on_.choose.one_of(directories())); }

    // Foreign children count as permits in use: with three of them nobody would ever be granted.
    void tidy() {
        for (const std::string& path : directories())
            for (const std::string& name : on_.ensemble.children(path))
                if (!name.starts_with("_c_")) on_.ensemble.remove_by_operator(path + "/" + name);
    }

    // Everybody who waits queues for the mutex, and nobody else; one of them has it, and a lease that is one too many.
    std::string misplaced() override {
        tidy();
        for (const std::string& path : directories()) {
            const auto waits = std::ranges::count_if(waiting(), [&](const job_ptr& one) {
                return one->paths.front() == path && !one->by->process.killed();
            });
            const auto holds = std::ranges::count_if(holding(), [&](const job_ptr& one) {
                return one->paths.front() == path && history().alive(one->nodes.front());
            });
            const auto wait_for_mutex = std::ssize(on_.ensemble.children(mutex_of(path)));
            const auto leases = std::ssize(on_.ensemble.children(path));
            if (wait_for_mutex != waits)
                return path + ": " + std::to_string(waits) + " wait, but there are " +
                       std::to_string(wait_for_mutex) + " nodes of the mutex";
            if (leases != holds + (waits > 0 ? 1 : 0))
                return path + ": " + std::to_string(holds) + " hold, but there are " +
                       std::to_string(leases) + " leases";
            if (waits > 0 && holds < curator_limit) return path + " has room, but no grant";
        }
        return {};
    }

    // Permits are for several; what must be granted, `misplaced` says.
    [[nodiscard]] std::size_t turns() const override { return 0; }

    void expect_turn(const job& granted) override {
        require(granted.token.value() == history().created(granted.nodes.front()), "I3",
                "a token is not the node's czxid");
        std::erase_if(granted_, [this](const std::string& node) { return !history().alive(node); });
        if (!history().alive(granted.nodes.front())) return;
        granted_.insert(granted.nodes.front());
        const auto held = std::ranges::count(granted_, parent_of(granted.nodes.front()),
                                             [](const std::string& node) { return parent_of(node); });
        require(held <= curator_limit, "I1", "more permits than there are");
    }

    std::set<std::string> granted_;  // and not known to be gone
};

}  // namespace

std::unique_ptr<workload> make_curator_semaphore_workload(stage& on) {
    return std::make_unique<curator_semaphore_workload>(on);
}

}  // namespace paddock::testing
