#include <algorithm>
#include <map>
#include <utility>

#include <paddock/count_down_latch.hpp>

#include "recipes/count_down_latch/record/latch_record.hpp"
#include "tests/simulation/allowances.hpp"
#include "tests/simulation/call_workload.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t initial = 6;

/// Programs count two latches down, wait for zero and begin anew. The judge sees every change of a count and knows who
/// was told of one.
class latch_workload final : public call_workload {
public:
    explicit latch_workload(stage& on) : call_workload(on) {
        for (const std::string& latch : latches_) history_[latch].push_back({{}, initial});
        on_.ensemble.observe([this](const txn& agreed) { see(agreed); });
    }
    [[nodiscard]] const std::vector<std::string>& directories() const override { return directories_; }

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        static constexpr int what_else[] = {counting, counting, counting, counting,
                                            waiting,  waiting,  looking,  resetting};
        if (by == nullptr) return;
        if (on_.choose.chance(0.05) && can_forget(*by)) return begin_to_forget(*by);
        start(*by, on_.choose.one_of(latches_), on_.choose.one_of(what_else));
    }

    // The new session has learned nothing yet: a server that is behind is as good as any.
    void inspect() override {
        if (!forgetful_.struck) return;
        const std::int64_t now = forgetful_.who->session_id();
        if (now == 0 || now == forgetful_.session) return;
        on_.ensemble.cut(forgetful_.who->number());
        forgetful_ = {};
    }

    void conclude() override {
        std::uint64_t open = 0;  // of killed processes
        for (const call_ptr& one : pending()) open += one->what == counting || one->what == resetting ? 1 : 0;
        call_workload::conclude();
        require(changes_ <= told_ + untold_ + open, "I13", "a change was made that nobody has asked for");
    }

protected:
    bool may_end_with(const call& one, const error_code& ec) const override {
        if (ec != make_error_code(errc::outcome_unknown)) return false;
        const auto deleted = deleted_.find(one.path);
        // A server that is behind may have shown the call a node that was gone before it began.
        const bool gone = deleted != deleted_.end() && deleted->second + calm >= one.begun;
        return one.may_fail || gone || on_.rights_changed || changes_since(one) > detail::changes_kept;
    }
    std::string overdue(const call& one) const override {
        if (one.what != waiting) return "an operation on a latch does not end";
        return history_.at(one.path).back().count == 0 ? "a latch is at zero, and somebody waits"
                                                       : std::string();
    }
    void let_through() override {
        for (const call_ptr& one : pending())
            if (one->what == counting && !one->by->process.killed()) return;
        core_client* const by = on_.actor();
        if (by == nullptr) return;
        for (const std::string& latch : latches_) start(*by, latch, counting, true);
    }

private:
    enum kind { counting, waiting, looking, resetting };
    struct moment {
        detail::boot_time since{};
        std::int64_t count = 0;
    };

    /// Whose session ends with a change whose answer is lost (hazard A1), while the other servers are so far behind that
    /// they do not even show what that change was based on.
    struct amnesia {
        core_client* who = nullptr;
        std::string latch;
        std::int64_t session = 0;
        bool struck = false;
    };

    // Other servers' lag does not delay it.
    [[nodiscard]] bool can_forget(const core_client& by) const {
        const auto& servers = on_.ensemble.servers();
        return servers.size() > 1 && on_.can_act(by) &&
               on_.ensemble.server_of(by.number()) == servers.last_leader();
    }

    void begin_to_forget(core_client& by) {
        const std::string& latch = on_.choose.one_of(latches_);
        on_.ensemble.lag(3s);
        on_.later(5s, [this] {
            on_.ensemble.lag(0ns);
            forgetful_ = {};
        });
        start(by, latch, counting, true);
        on_.later(by, 300ms, [this, &by, &latch] {
            forgetful_ = {&by, latch, by.session_id(), false};
            start(by, latch, counting, true);
        });
    }

    void forget() {
        forgetful_.struck = true;
        on_.later(1ns, [this, who = forgetful_.who] {
            on_.ensemble.cut(who->number(), cut_position::after_arrival);
            on_.ensemble.expire_session(who->session_id());
        });
    }

    void start(core_client& by, const std::string& latch, int what, bool has_to_be = false) {
        const call_ptr made = begin(by, latch, what, has_to_be);
        if (!made) return;
        count_down_latch on(by.handle, latch, initial);
        const auto until = made->deadline;
        const auto changed = [this](const call& one, error_code ec, bool done) { judge(one, ec, done); };
        switch (what) {
            case counting: return on.async_count_down_until(until, handler(made, changed));
            case resetting: return on.async_try_reset_until(4, until, handler(made, changed));
            case waiting:
                return on.async_wait_until(until, handler(made, [this](const call& one, error_code ec) {
                                               if (!ec) expect_count(one, 0);
                                           }));
            default:
                on.async_count_until(until,
                                     handler(made, [this](const call& one, error_code ec, std::int64_t seen) {
                                         if (!ec) expect_count(one, seen);
                                     }));
        }
    }

    void judge(const call& one, error_code ec, bool done) {
        if (ec) {
            ++untold_;
        } else if (done) {
            require(++told_ <= changes_, "I13", "a change is reported that was not made");
        } else if (one.what == counting) {
            expect_count(one, 0);
        }
    }

    void see(const txn& agreed) {
        for (const tree_change& change : agreed.changes) {
            const auto at = history_.find(change.path);
            if (at == history_.end()) continue;
            const auto now = on_.world.now();
            if (change.what == tree_change::kind::removed) {
                deleted_[change.path] = now;
                at->second.push_back({now, initial});
                continue;
            }
            const auto after = detail::read_latch(change.after.data);
            require(after.has_value(), "I13", "a latch's record is damaged");
            at->second.push_back({now, after->count});
            if (change.what == tree_change::kind::created) {
                require(after->count == initial, "I13", "a latch begins with another count");
                continue;
            }
            const auto before = detail::read_latch(change.before.data);
            const bool counted = after->count == before->count - 1 && after->round == before->round;
            const bool reset = before->count == 0 && after->round == before->round + 1;
            require(counted || reset, "I13", "a count has changed by more than one");
            note_change(change.path, after->changes.back());
            if (counted && forgetful_.latch == change.path && !forgetful_.struck) forget();
        }
    }

    // A request that is based on a latch before it was deleted may reach the one that was made anew, when that has come to
    // the same version: it makes its change there too, or undoes another's, which is then made again.
    void note_change(const std::string& latch, const std::string& id) {
        const auto deleted = deleted_.find(latch);
        const auto [made, first] = made_.emplace(id, on_.world.now());
        if (first) return (void)++changes_;
        const bool anew = deleted != deleted_.end() && deleted->second + calm >= made->second;
        require(anew, "I13", "one change is made twice");
        made->second = on_.world.now();
    }

    [[nodiscard]] std::size_t changes_since(const call& one) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            history_.at(one.path), [&](const moment& each) { return each.since >= one.begun; }));
    }
    // The latch had this count at some time since the call began.
    void expect_count(const call& one, std::int64_t count) const {
        const auto& all = history_.at(one.path);
        for (auto at = all.rbegin(); at != all.rend(); ++at) {
            if (at->count == count) return;
            if (at->since < one.begun) break;
        }
        throw violation("I13", "a count is told that the latch did not have: " + std::to_string(count));
    }

    const std::vector<std::string> directories_{"/latches"};
    const std::vector<std::string> latches_{"/latches/a", "/latches/b"};
    std::map<std::string, std::vector<moment>> history_;
    std::map<std::string, detail::boot_time> deleted_;
    std::map<std::string, detail::boot_time> made_;  // by the change's id
    amnesia forgetful_;
    std::uint64_t changes_ = 0;
    std::uint64_t told_ = 0;
    std::uint64_t untold_ = 0;
};

}  // namespace

std::unique_ptr<workload> make_latch_workload(stage& on) { return std::make_unique<latch_workload>(on); }

}  // namespace paddock::testing
