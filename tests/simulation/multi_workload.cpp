#include <algorithm>

#include <paddock/multi_lock.hpp>
#include <paddock/mutex.hpp>

#include "tests/simulation/lease_workload.hpp"
#include "tests/simulation/mutex_rule.hpp"

namespace paddock::testing {
namespace {

/// Two or three of three mutexes at once, in any order, beside those who want one of them: circles on every side.
class multi_workload final : public lease_workload {
public:
    explicit multi_workload(stage& on)
        : lease_workload(on, oldest_contender, {"/locks/a", "/locks/b", "/locks/c"}) {}

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        if (by == nullptr) return;
        const auto way = on_.choose.below(4);
        const job_ptr made = begin(*by, way < 2);
        if (!made) return;
        claim on = what_to_take(*by, *made);
        if (way == 0) made->deadline = by->process.steady_now() + on_.choose.up_to(std::chrono::seconds(3));
        switch (way) {
            case 0: on.async_acquire_until(*made->deadline, token(made)); break;
            case 1: on.async_try_acquire(token(made)); break;
            default: on.async_acquire(token(made)); break;
        }
    }

protected:
    // It keeps what it gets first while it waits for the rest.
    [[nodiscard]] bool turn_is_grant() const override { return false; }

private:
    claim what_to_take(core_client& by, job& made) {
        if (on_.choose.chance(0.4)) return mutex(by.handle, made.paths.front());
        std::vector<std::string> left = directories();
        const std::size_t wanted = 2 + on_.choose.below(2);
        made.paths.clear();
        std::vector<claim> parts;
        while (parts.size() < wanted) {
            const std::string path = on_.choose.one_of(left);
            std::erase(left, path);
            made.paths.push_back(path);
            parts.push_back(mutex(by.handle, path));
        }
        return multi_lock(parts);
    }
};

}  // namespace

std::unique_ptr<workload> make_multi_workload(stage& on) { return std::make_unique<multi_workload>(on); }

}  // namespace paddock::testing
