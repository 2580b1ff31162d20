#include <algorithm>
#include <list>
#include <map>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <paddock/reentrant_mutex.hpp>

#include "tests/simulation/stage.hpp"
#include "tests/simulation/violation.hpp"
#include "tests/simulation/workload.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

/// Owners that take one lock several times over, and give it back as often.
class reentrant_workload final : public workload {
public:
    explicit reentrant_workload(stage& on) : on_(on) {}

    [[nodiscard]] const std::vector<std::string>& directories() const override { return directories_; }

    void act() override {
        core_client* const by = on_.actor();
        if (by == nullptr) return;
        owner& who = any_owner_of(*by);
        switch (who.now) {
            case phase::idle: return lock_first(who);
            case phase::waits: return lock_beside(who);
            case phase::holds: return lock_again(who);
        }
    }

    void cancel() override {
        if (owners_.empty()) return;
        owner& who = on_.choose.one_of(owners_);
        if (who.now != phase::waits || !on_.can_act(*who.by)) return;
        who.may_fail = true;
        who.cancelled.emit(boost::asio::cancellation_type::terminal);
    }

    // What no lost lease excuses: two of them certain of the same lock.
    void inspect() override {
        if (holders_ < 2) return;
        std::map<std::string, const owner*> certain;
        for (const owner& one : owners_) {
            if (one.now != phase::holds || !trusted(one)) continue;
            if (one.lock->state(one.id) != lease_state::held) continue;
            require(certain.emplace(one.path, &one).second, "I1", "two owners are sure to hold one lock");
        }
    }

    std::string unsettled() override { return {}; }

    bool wind_down() override {
        for (owner& one : owners_) unlock(one);
        return std::ranges::all_of(
            owners_, [](const owner& one) { return one.now == phase::idle || one.by->process.killed(); });
    }

    void conclude() override {
        for (owner& one : owners_)
            if (!one.by->process.killed()) require(one.lock->hold_count(one.id) == 0, "I9", "a lock is left");
        over_ = true;
        for (owner& one : owners_) one.lock.reset();
    }
    [[nodiscard]] std::uint64_t grants() const override { return grants_; }

private:
    enum class phase { idle, waits, holds };
    struct owner {
        core_client* by;
        std::string path;
        std::shared_ptr<reentrant_mutex> lock;
        mutex_owner id;
        phase now = phase::idle;
        std::size_t depth = 0;
        bool may_fail = false;
        fencing_token token;
        boost::asio::cancellation_signal cancelled;
    };

    owner& any_owner_of(core_client& by) {
        const std::string& path = on_.choose.one_of(directories_);
        const auto nth = on_.choose.below(2);
        std::size_t seen = 0;
        std::shared_ptr<reentrant_mutex> shared;
        for (owner& one : owners_) {
            if (one.by != &by || one.path != path) continue;
            if (seen++ == nth) return one;
            shared = one.lock;
        }
        if (!shared) shared = std::make_shared<reentrant_mutex>(by.handle, path);
        owner& made = owners_.emplace_back();
        made.by = &by;
        made.path = path;
        made.lock = shared;
        return made;
    }

    // Somebody whose node was taken by force, or whose clock stood still, may believe the wrong thing for a while.
    bool trusted(const owner& who) const {
        return on_.can_act(*who.by) && !on_.wrong_clocks.contains(who.by) &&
               !on_.ensemble.any_ended_by_force() && on_.removed_nodes.empty();
    }

    void lock_first(owner& who) {
        who.now = phase::waits;
        who.may_fail = false;
        auto done = [this, &who](error_code ec) { locked_first(who, ec); };
        who.lock->async_lock(who.id,
                             boost::asio::bind_cancellation_slot(who.cancelled.slot(), std::move(done)));
    }

    void locked_first(owner& who, error_code ec) {
        if (over_) return;  // of a process that is taken apart
        require(who.now == phase::waits, "I4", "a lock completed twice");
        require(!ec || who.may_fail || who.by->closing || on_.full_counters || on_.rights_changed, "I4",
                "a lock failed");
        who.now = ec ? phase::idle : phase::holds;
        if (ec) return;
        ++holders_;
        ++grants_;
        who.depth = 1;
        who.token = who.lock->token(who.id);
        fencing_token& last = last_token_[who.path];
        // A grant that was lost on its way orders nothing.
        const bool certain = trusted(who) && who.lock->state(who.id) == lease_state::held;
        require(!certain || who.token > last, "I3", "a token is not above the last one");
        last = std::max(last, who.token);
        on_.later(*who.by, 500ms, [this, &who] { unlock(who); });
    }

    // Beside its own first lock, which still waits.
    void lock_beside(owner& who) {
        on_.reach(hazard::c12);
        who.lock->async_lock(who.id, [](error_code ec) {
            require(ec == make_error_code(errc::would_deadlock), "I4",
                    "an owner passed its own waiting lock");
        });
    }

    void lock_again(owner& who) {
        const bool lost = who.lock->state(who.id) == lease_state::lost;
        if (!lost) ++who.depth;
        who.lock->async_lock(who.id, [lost, &who](error_code ec) {
            const error_code expected = lost ? make_error_code(errc::lease_lost) : error_code();
            require(ec == expected || who.by->closing, "I7",
                    "a lost lock is entered again, or a held one refused");
        });
        require(who.lock->hold_count(who.id) == who.depth, "I4", "the count of an owner's locks is wrong");
    }

    void unlock(owner& who) {
        if (who.now != phase::holds) return;
        error_code ec;
        who.lock->unlock(who.id, ec);
        require(!ec, "D5", "a lock was gone before its unlock");
        if (--who.depth > 0) return on_.later(*who.by, 200ms, [this, &who] { unlock(who); });
        who.now = phase::idle;
        --holders_;
        on_.reach(hazard::d5);
        who.lock->unlock(who.id, ec);
        require(ec == make_error_code(errc::not_owner), "D5", "an excess unlock is no error");
    }

    stage& on_;
    const std::vector<std::string> directories_{"/locks/a", "/locks/b"};
    std::list<owner> owners_;
    std::map<std::string, fencing_token> last_token_;
    std::size_t holders_ = 0;
    bool over_ = false;
    std::uint64_t grants_ = 0;
};

}  // namespace

std::unique_ptr<workload> make_reentrant_workload(stage& on) {
    return std::make_unique<reentrant_workload>(on);
}

}  // namespace paddock::testing
