#include <paddock/read_write_lock.hpp>

#include "tests/simulation/lease_workload.hpp"
#include "tests/simulation/read_write_rule.hpp"

namespace paddock::testing {
namespace {

/// Readers and writers, some of which become readers while they hold.
class read_write_workload final : public lease_workload {
public:
    explicit read_write_workload(stage& on) : lease_workload(on, readers_or_writer) {}

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        if (by == nullptr) return;
        const auto way = on_.choose.below(4);
        const job_ptr made = begin(*by, way < 2);
        if (!made) return;
        const bool reads = on_.choose.chance(0.6);
        if (reads) made->reads = {made->paths.front()};
        read_write_lock lock(by->handle, made->paths.front());
        queue_claim on = reads ? lock.read() : lock.write();
        if (way == 0) made->deadline = by->process.steady_now() + on_.choose.up_to(std::chrono::seconds(3));
        switch (way) {
            case 0: on.async_acquire_until(*made->deadline, token(made)); break;
            case 1: on.async_try_acquire(token(made)); break;
            default: on.async_acquire(token(made)); break;
        }
    }

protected:
    void use(const job_ptr& holder) override {
        lease_workload::use(holder);
        if (!holder->reads.empty() || !on_.choose.chance(0.5)) return;
        if (on_.choose.chance(0.2)) return downgrade(holder);
        on_.later(*holder->by, std::chrono::milliseconds(300), [this, holder] { downgrade(holder); });
    }

    // The worst moment: its node is gone, and it does not know.
    void robbed(const job_ptr& holder) override {
        if (holder->reads.empty() && on_.choose.chance(0.3)) return downgrade(holder);
        lease_workload::robbed(holder);
    }

    // Whoever reads behind a writer waits for it.
    [[nodiscard]] std::size_t watchers_max(const std::string& name) const override {
        return writes(name) ? SIZE_MAX : 2;
    }

private:
    void downgrade(const job_ptr& holder) {
        if (!holder->held) return;
        const job_ptr made = become(holder);
        made->reads = {made->paths.front()};
        read_write_lock lock(made->by->handle, made->paths.front());
        lock.async_downgrade(std::move(holder->held), token(made));
    }
};

}  // namespace

std::unique_ptr<workload> make_read_write_workload(stage& on) {
    return std::make_unique<read_write_workload>(on);
}

}  // namespace paddock::testing
