#include "tests/simulation/mutex_jobs.hpp"

namespace paddock::testing {
namespace {

class mutex_workload final : public mutex_jobs {
public:
    explicit mutex_workload(stage& on) : mutex_jobs(on) {}

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        if (by == nullptr) return;
        const auto way = on_.choose.below(4);
        const job_ptr made = begin(*by, way < 2);
        if (!made) return;
        made->tried = way == 1;
        mutex& on = mutex_of(*by, made->paths.front());
        if (way == 0) made->deadline = by->process.steady_now() + on_.choose.up_to(std::chrono::seconds(3));
        switch (way) {
            case 0: on.async_acquire_until(*made->deadline, token(made)); break;
            case 1: on.async_try_acquire(token(made)); break;
            default: on.async_acquire(token(made)); break;
        }
    }
};

}  // namespace

std::unique_ptr<workload> make_mutex_workload(stage& on) { return std::make_unique<mutex_workload>(on); }

}  // namespace paddock::testing
