#include <algorithm>
#include <map>

#include <paddock/barrier.hpp>

#include "tests/simulation/call_workload.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {
namespace {

/// Programs close and open two barriers, wait at them and look at them. The judge knows when each was closed.
class barrier_workload final : public call_workload {
public:
    explicit barrier_workload(stage& on) : call_workload(on) {
        on_.ensemble.observe([this](const txn& agreed) { see(agreed); });
    }
    [[nodiscard]] const std::vector<std::string>& directories() const override { return directories_; }

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        if (by == nullptr) return;
        static constexpr int what_else[] = {closing, closing, opening, waiting, waiting, looking};
        start(*by, on_.choose.one_of(gates_), on_.choose.one_of(what_else));
    }

    void inspect() override {
        for (const call_ptr& one : pending()) {
            const bool at_gate = one->what == waiting && state_[one->path].closed;
            if (at_gate && one->by->state() == session_state::suspended) on_.reach(hazard::f9);
        }
    }

protected:
    std::string overdue(const call& one) const override {
        if (one.what != waiting) return "an operation on a barrier does not end";
        const auto at = state_.find(one.path);
        return at != state_.end() && at->second.closed ? std::string()
                                                       : "a barrier is open, and somebody waits";
    }
    void let_through() override {
        for (const std::string& gate : gates_) on_.ensemble.remove_by_operator(gate);
    }

private:
    enum kind { closing, opening, waiting, looking };
    struct gate_state {
        bool closed = false;
        detail::boot_time since{};
    };

    void start(core_client& by, const std::string& gate, int what) {
        const call_ptr made = begin(by, gate, what);
        if (!made) return;
        barrier on(by.handle, made->path);
        const auto until = made->deadline;
        const auto nothing = [](const call&, const error_code&) {};
        switch (what) {
            case closing: return on.async_set_until(until, handler(made, nothing));
            case opening: return on.async_remove_until(until, handler(made, nothing));
            case waiting:
                return on.async_wait_until(until, handler(made, [this](const call& one, error_code ec) {
                                               if (!ec) expect(one, false);
                                           }));
            default:
                on.async_closed_until(until, handler(made, [this](const call& one, error_code ec, bool is) {
                                          if (!ec) expect(one, is);
                                      }));
        }
    }

    void see(const txn& agreed) {
        for (const tree_change& change : agreed.changes) {
            if (change.what == tree_change::kind::changed) continue;
            const bool closed = change.what == tree_change::kind::created;
            state_[change.path] = {closed, on_.world.now()};
            if (closed && std::ranges::count(gates_, change.path) > 0) tempt(change.path);
        }
    }
    // Somebody comes who cannot see yet that it is closed, if his server is behind (hazard B15).
    void tempt(const std::string& gate) {
        core_client* const by = on_.choose.chance(0.3) ? on_.actor() : nullptr;
        if (by == nullptr) return;
        on_.later(*by, std::chrono::milliseconds(1), [this, by, gate] { start(*by, gate, waiting); });
    }
    // It was so at some time since the call began.
    void expect(const call& one, bool closed) {
        const gate_state& now = state_[one.path];
        require(
            now.closed == closed || now.since >= one.begun, "I13",
            closed ? "a barrier is called closed that was open" : "a closed barrier lets somebody through");
    }

    const std::vector<std::string> directories_{"/gates"};
    const std::vector<std::string> gates_{"/gates/a", "/gates/b"};
    std::map<std::string, gate_state> state_;
};

}  // namespace

std::unique_ptr<workload> make_barrier_workload(stage& on) { return std::make_unique<barrier_workload>(on); }

}  // namespace paddock::testing
