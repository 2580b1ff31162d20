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
        if (on_.choose.chance(0.05)) rob_mutex();
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
    // Its holder waits for a lease, perhaps: it has to notice.
    void rob_mutex() {
        const std::string directory = parent_of(on_.choose.one_of(directories())) + "/locks";
        const auto names = on_.ensemble.children(directory);
        if (!names.empty()) on_.ensemble.remove_by_operator(directory + "/" + names.front());
    }

    // Foreign children count as permits in use: with three of them nobody would ever be granted.
    void tidy() {
        for (const std::string& path : directories())
            for (const std::string& name : on_.ensemble.children(path))
                if (!name.starts_with("_c_")) on_.ensemble.remove_by_operator(path + "/" + name);
    }

    // Nobody has both room and the mutex: a lease beyond the limit is the only one that waits.
    std::string misplaced() override {
        tidy();
        for (const std::string& path : directories())
            if (on_.ensemble.children(path).size() > curator_limit + 1) return path + " has two that wait";
        return {};
    }

    // Permits are for several; what must be granted is judged by this workload itself.
    [[nodiscard]] bool turn_is_grant() const override { return false; }

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
