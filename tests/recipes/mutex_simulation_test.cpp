// Seeded random schedules: clients, faults, cancellations, freezes. Invariants are checked after every single step.
// PADDOCK_SEED=<n> repeats one of them, PADDOCK_SEEDS=<n> runs that many.
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "core/path.hpp"
#include "recipes/mutex/mutex_plan.hpp"
#include "tests/support/core_fixture.hpp"

namespace paddock::testing {
namespace {

constexpr const char* paths[] = {"/locks/a", "/locks/b"};

class schedule : public core_rig {
public:
    explicit schedule(std::uint64_t seed) : core_rig(seed, servers_for(seed)), random_(seed) {
        ensemble.options().jitter = std::chrono::milliseconds(below(4));
        ensemble.options().tick = std::chrono::milliseconds(below(2) * 200);
        for (int i = 0; i < 3; ++i) {
            client_options options = three_seconds();
            options.session_timeout = std::chrono::milliseconds(500 + 500 * below(4));
            if (below(4) == 0) options.on_loss = loss_policy::strict;
            add_client(options);
        }
        fault_rates rates;
        for (double* rate :
             {&rates.lose_request, &rates.lose_reply, &rates.cut, &rates.stall, &rates.refuse, &rates.reap})
            *rate = below(3) == 0 ? 0.002 * static_cast<double>(below(10)) : 0;
        rates.longest = 1s;
        ensemble.enable_random_faults(rates, seed);
    }

    void run() {
        for (int i = 0; i < 250 && !::testing::Test::HasFailure(); ++i) {
            act();
            for (auto steps = below(40); steps > 0; --steps) {
                world.step();
                inspect();
            }
        }
        acting_ = false;
        plans_.clear();
        expect_all_served();
    }

private:
    /// Every second seed has three servers, with all that can happen among them.
    static ensemble_options servers_for(std::uint64_t seed) {
        ensemble_options options;
        if (seed % 2 == 0) return options;
        options.quorum = three_servers;
        options.quorum.message = 5ms;
        options.quorum.storage = 2ms;
        options.quorum.tick = 200ms;
        options.quorum.patience_ticks = 5;
        options.quorum.election = 300ms;
        return options;
    }

    struct job {
        attempt started;
        std::string path;
        bool may_end = false;  // cancelled, timed or a single try: it need not be granted
        bool seen = false;
    };

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    core_client& any_client() {
        return *std::next(clients.begin(), static_cast<std::ptrdiff_t>(below(clients.size())));
    }
    void later(std::chrono::milliseconds longest, std::function<void()> what) {
        const auto after = std::chrono::milliseconds(1 + below(static_cast<std::uint64_t>(longest.count())));
        plans_.push_back(world.call_at(world.now() + after, std::move(what)));
    }

    void act() {
        core_client& by = any_client();
        const handle_number number = by.number();
        switch (below(18)) {
            case 0: cancel_one(); break;
            case 1: cut(number); break;
            case 2: expire(by); break;
            case 3: freeze(by); break;
            case 4: isolate(number); break;
            case 5: delete_one_node(); break;
            case 6: ensemble.reap(); break;
            case 7: power_cut(); break;
            case 8: lag(); break;
            case 9: lose_a_server(); break;
            case 10: cut_off_a_server(); break;
            default: start(by); break;
        }
    }
    void cut(handle_number who) {
        if (who == 0) return;
        ensemble.cut(who, below(2) == 0 ? cut_position::before_arrival : cut_position::after_arrival);
    }
    void start(core_client& by) {
        if (frozen_.contains(&by) || live() > 12) return;
        job made;
        made.path = paths[below(2)];
        switch (below(4)) {
            case 0:
                made.started = acquire_within(by, std::chrono::milliseconds(below(1500)), made.path);
                made.may_end = true;
                break;
            case 1:
                made.started = try_acquire(by, made.path);
                made.may_end = true;
                break;
            default: made.started = acquire(by, made.path); break;
        }
        jobs_.push_back(std::move(made));
    }
    std::size_t live() const {
        std::size_t count = 0;
        for (const job& one : jobs_) count += one.started->done() ? 0 : 1;
        return count;
    }
    void cancel_one() {
        if (jobs_.empty()) return;
        job& chosen = jobs_[below(jobs_.size())];
        if (chosen.started->done()) return;
        chosen.may_end = true;
        chosen.started->abort();
    }
    void expire(core_client& by) {
        if (by.session_id() == 0) return;
        forced_.insert(by.session_id());
        ensemble.expire_session(by.session_id());
    }
    void freeze(core_client& by) {
        by.process.freeze();
        frozen_.insert(&by);
        later(3s, [this, &by] {
            by.process.thaw();
            frozen_.erase(&by);
        });
    }
    void isolate(handle_number number) {
        if (number == 0) return;
        ensemble.isolate(number, true);
        later(3s, [this, number] { ensemble.isolate(number, false); });
    }
    void delete_one_node() {
        const std::string path = paths[below(2)];
        const auto names = ensemble.children(path);
        if (names.empty()) return;
        deleted_.insert(ensemble.node(path + "/" + names.front())->czxid);
        ensemble.remove_by_operator(path + "/" + names.front());
    }
    void power_cut() {
        ensemble.power(false);
        later(1500ms, [this] { ensemble.power(true); });
    }
    void lose_a_server() {
        const server_number at = below(ensemble.servers().size());
        ensemble.servers().kill(at);
        later(2s, [this, at] { ensemble.servers().restart(at); });
    }
    void cut_off_a_server() {
        const server_number at = below(ensemble.servers().size());
        ensemble.servers().isolate(at, true);
        later(3s, [this, at] { ensemble.servers().isolate(at, false); });
    }
    void lag() {
        ensemble.lag(std::chrono::milliseconds(below(300)));
        later(2s, [this] { ensemble.lag(0ns); });
    }

    void inspect() {
        for (job& one : jobs_) {
            if (!one.started->granted()) continue;
            if (!std::exchange(one.seen, true)) note_grant(one);
            if (one.started->result) inspect_lease(one);
        }
        for (const char* path : paths) expect_one_holder(path);
    }
    void note_grant(const job& one) {
        const attempt held = one.started;
        if (acting_) later(200ms, [held] { held->result = lease(); });
        const auto node = ensemble.node(held->result.node());
        if (!node) return;  // lost on the way to the handler: it orders nothing
        fencing_token& last = last_token_[one.path];
        ASSERT_GT(held->result.fencing_token(), last);
        last = held->result.fencing_token();
    }
    /// What the holder believes must be true at the servers, unless somebody took it by force.
    void inspect_lease(const job& one) {
        const lease& held = one.started->result;
        const bool certain = held.state() == lease_state::held || held.remaining() > 0ms;
        if (!certain || forced_.contains(held.session_id()) ||
            deleted_.contains(held.fencing_token().value()))
            return;
        ASSERT_TRUE(ensemble.node(held.node())) << "held, but gone: " << held.node();
    }
    /// Of the leases whose nodes live there is at most one a path, and it is the first in the queue.
    void expect_one_holder(const std::string& path) {
        std::set<std::string> holding;
        for (const job& one : jobs_) {
            if (one.path != path || !one.started->granted() || !one.started->result) continue;
            if (ensemble.node(one.started->result.node())) holding.insert(one.started->result.node());
        }
        ASSERT_LE(holding.size(), 1u) << "two holders of " << path;
        if (holding.empty()) return;
        const auto queue = detail::mutex_queue(ensemble.children(path));
        ASSERT_EQ(*holding.begin(), detail::join_path(path, queue.front())) << "held out of turn";
    }
    void expect_all_served() {
        ensemble.disable_random_faults();
        world.advance(2s);  // the ends of stalls and refusals pass
        expect_clean();
        for (const job& one : jobs_) {
            EXPECT_EQ(one.started->completions, 1);
            EXPECT_TRUE(!one.started->ec || one.may_end) << one.started->ec.message();
        }
    }

    std::mt19937_64 random_;
    std::vector<job> jobs_;
    std::map<std::string, fencing_token> last_token_;
    std::set<const core_client*> frozen_;
    std::set<std::int64_t> forced_;   // sessions ended by an operator
    std::set<std::int64_t> deleted_;  // nodes deleted by an operator, by czxid
    std::vector<detail::scheduled_call> plans_;
    bool acting_ = true;
};

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* const set = std::getenv(variable);
    return set ? std::strtoull(set, nullptr, 10) : otherwise;
}

TEST(MutexSimulation, RandomSchedulesKeepTheInvariants) {
    const std::uint64_t first = number_from("PADDOCK_SEED", 1);
    const std::uint64_t last =
        first + number_from("PADDOCK_SEEDS", std::getenv("PADDOCK_SEED") ? 1 : 200) - 1;
    for (std::uint64_t seed = first; seed <= last && !HasFailure(); ++seed) {
        SCOPED_TRACE("PADDOCK_SEED=" + std::to_string(seed));
        schedule one(seed);
        EXPECT_NO_THROW(one.run());  // so that the seed is named
        if (HasFailure()) GTEST_LOG_(INFO) << "what the servers saw:\n" << one.ensemble.trace(200);
    }
}

TEST(MutexSimulation, SameSeedSameRun) {
    std::uint64_t hashes[2] = {};
    for (std::uint64_t& hash : hashes) {
        schedule one(42);
        one.run();
        hash = one.ensemble.trace_hash();
    }
    EXPECT_EQ(hashes[0], hashes[1]);
}

}  // namespace
}  // namespace paddock::testing
