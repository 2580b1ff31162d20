#include <algorithm>
#include <map>

#include <paddock/multi_lock.hpp>
#include <paddock/mutex.hpp>
#include <paddock/read_write_lock.hpp>

#include "tests/simulation/lease_workload.hpp"
#include "tests/simulation/limit_changes.hpp"
#include "tests/simulation/mutex_rule.hpp"
#include "tests/simulation/permit_history.hpp"
#include "tests/simulation/read_write_rule.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {
namespace {

constexpr const char* exclusive = "/locks/a";
constexpr const char* shared = "/locks/b";
constexpr const char* counted = "/locks/c";
constexpr std::size_t uuid_end = 39;  // of "_c_<uuid>-lock-0000000000"

bool wants_permits(const std::string& node) { return node.find("-permit-") != std::string::npos; }

// Each directory has contenders of one kind. For permits whoever is there may hold: `permit_history` knows who does.
std::vector<std::string> holders_of_their_kind(const std::vector<std::string>& children) {
    const auto reads_or_writes = [](const std::string& name) {
        return writes(name) || name.find("__READ__") != std::string::npos;
    };
    if (std::ranges::any_of(children, wants_permits)) return children;
    return std::ranges::any_of(children, reads_or_writes) ? readers_or_writer(children)
                                                          : oldest_contender(children);
}

/// Two or three of a mutex, a side of a read-write lock and permits at once, in any order, beside those who want one
/// of them: circles on every side.
class multi_workload final : public lease_workload {
public:
    explicit multi_workload(stage& on)
        : lease_workload(on, holders_of_their_kind, {exclusive, shared, counted}),
          permits_({counted}),
          limits_(on, {counted}) {}

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        if (by == nullptr) return;
        if (on_.choose.chance(0.05)) return limits_.change(*by);
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

    std::string unsettled() override {
        const std::string node = permits_.overlooked();
        if (!node.empty()) return node + " has room, but no grant";
        return limits_.ended() ? lease_workload::unsettled() : "a limit is being changed";
    }

    bool wind_down() override {
        const bool restored = limits_.restore();
        return lease_workload::wind_down() && restored;
    }

protected:
    // Each part by its own rule, and all of them at one zxid.
    void expect_turn(const job& granted) override {
        std::int64_t since = 0;
        std::int64_t until = INT64_MAX;
        for (const std::string& node : granted.nodes) {
            auto [held, gone] = history().turn_of(node);
            if (wants_permits(node)) held = permits_.granted_at(node);
            if (held == 0) throw violation("I2", node + " never had its turn");
            since = std::max(since, held);
            until = std::min(until, gone);
        }
        require(since < until, "I2", "the parts of a lease were never held together");
        for (const lease_part& part : granted.held.parts()) expect_right_token(granted, part);
    }

    void expect_right_token(const job& granted, const lease_part& part) override {
        if (!wants_permits(part.node)) return lease_workload::expect_right_token(granted, part);
        require(permits_.writes(part.node).contains(part.token.value()), "I3",
                "a token is not the zxid of the grant");
    }

    // Whose parts all have their turn is granted. Who has some of them keeps these while it waits for the rest.
    [[nodiscard]] std::size_t turns() const override {
        std::map<std::string, std::vector<std::string>> places;  // by the uuid of their acquire
        for (const std::string& path : directories())
            for (const std::string& name : on_.ensemble.children(path))
                if (name.starts_with("_c_")) places[name.substr(0, uuid_end)].push_back(path + "/" + name);
        std::size_t sum = 0;
        for (const auto& [uuid, nodes] : places)
            if (std::ranges::all_of(nodes, [this](const auto& node) { return its_turn(node); }))
                sum += nodes.size();
        return sum;
    }

    // Whoever reads behind a writer waits for it.
    [[nodiscard]] std::size_t watchers_max(const std::string& name) const override {
        return writes(name) ? SIZE_MAX : 2;
    }

    void stir() override {
        core_client* const by = on_.choose.chance(0.2) ? on_.actor() : nullptr;
        if (by != nullptr) limits_.change(*by);
    }

    void see(const txn& agreed) override {
        permits_.apply(agreed);
        lease_workload::see(agreed);
    }

private:
    [[nodiscard]] bool its_turn(const std::string& node) const {
        return wants_permits(node) ? permits_.its_turn(node) : history().holds(node);
    }

    claim what_to_take(core_client& by, job& made) {
        if (on_.choose.chance(0.4)) return part_of(by, made.paths.front(), made);
        std::vector<std::string> left = directories();
        const std::size_t wanted = 2 + on_.choose.below(2);
        made.paths.clear();
        std::vector<claim> parts;
        while (parts.size() < wanted) {
            const std::string path = on_.choose.one_of(left);
            std::erase(left, path);
            made.paths.push_back(path);
            parts.push_back(part_of(by, path, made));
        }
        return multi_lock(parts);
    }

    claim part_of(core_client& by, const std::string& path, job& made) {
        if (path == exclusive) {
            mutex_options alone;
            alone.sharing.turns = 0;
            return mutex(by.handle, path, alone);
        }
        if (path == counted) return limit_changes::semaphore_of(by, path).permits(limits_.any_request());
        read_write_lock lock(by.handle, path);
        if (on_.choose.chance(0.4)) return lock.write();
        made.reads.insert(path);
        return lock.read();
    }

    permit_history permits_;
    limit_changes limits_;
};

}  // namespace

std::unique_ptr<workload> make_multi_workload(stage& on) { return std::make_unique<multi_workload>(on); }

}  // namespace paddock::testing
