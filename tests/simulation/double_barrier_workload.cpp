#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <paddock/double_barrier.hpp>

#include "core/sequence_name.hpp"
#include "recipes/double_barrier/generation/generation_record.hpp"
#include "tests/simulation/call_workload.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {
namespace {

/// Programs enter and leave two double barriers, for two and for three. The judge knows who was there at the zxid of
/// each generation, and what became of it.
class double_barrier_workload final : public call_workload {
public:
    explicit double_barrier_workload(stage& on) : call_workload(on) {
        on_.ensemble.observe([this](const txn& agreed) { see(agreed); });
    }
    [[nodiscard]] const std::vector<std::string>& directories() const override { return directories_; }

    void act() override {
        core_client* const by = on_.choose.chance(0.05) ? on_.leaver() : on_.actor();
        if (by == nullptr) return;
        const std::string& path = on_.choose.one_of(directories_);
        const call_ptr made = begin(*by, path, entering);
        if (!made) return;
        double_barrier on(by->handle, path, size_of(path));
        on.async_enter_until(made->deadline,
                             handler(made, [this](const call& one, error_code ec, lease held) {
                                 entered(one, ec, std::move(held));
                             }));
    }

    /// Somebody may have entered at the last moment.
    bool wind_down() override {
        if (!call_workload::wind_down()) return false;
        const bool empty = std::ranges::none_of(held_, can_leave);
        if (!empty) let_through();
        return empty;
    }

    void conclude() override {
        held_.clear();
        call_workload::conclude();
    }

protected:
    bool may_end_with(const call& one, const error_code& ec) const override {
        if (on_.full_counters && ec == make_error_code(errc::sequence_exhausted)) return true;
        // Who was in learns it when leaving: the judge of leaving knows more.
        return ec == make_error_code(errc::broken_barrier) && (one.what == leaving || any_broken_);
    }

    std::string overdue(const call& one) const override {
        const auto at = rounds_.find(one.path);
        if (one.what == leaving) {
            if (!nodes_.contains(one.node)) return "a member's node is gone, and it goes on leaving";
            const generation& mine = generations_.at(member_of_.at(one.node));
            if (mine.now != detail::generation_record::state::ready)
                return "a generation is over, and a member waits";
            if (!others_leave(mine)) return {};
            return gone(mine) ? "a member is gone, and nobody breaks its generation"
                              : "all members leave, and wait";
        }
        if (at != rounds_.end() && at->second.now == detail::generation_record::state::ready) return {};
        const std::size_t waiting = waiting_at(one.path);
        return waiting < size_of(one.path) ? std::string() : "enough are there, and wait";
    }

    void let_through() override {
        for (const holder_ptr& one : std::list(held_))
            if (can_leave(one)) leave(one);
        const auto leaves = [](const call_ptr& one) {
            return one->what == leaving && !one->by->process.killed();
        };
        if (std::ranges::any_of(pending(), leaves)) return;
        for (const call_ptr& one : std::list(pending())) {
            one->may_fail = true;
            one->cancelled.emit(boost::asio::cancellation_type::terminal);
        }
    }

private:
    enum kind { entering, leaving };
    struct holder {
        core_client* by = nullptr;
        std::string path;
        std::string node;
        lease held;
    };
    using holder_ptr = std::shared_ptr<holder>;
    static bool can_leave(const holder_ptr& one) { return !one->by->process.killed() && !one->by->closing; }
    struct generation {
        std::int64_t zxid = 0;
        detail::generation_record::state now = detail::generation_record::state::ready;
        std::vector<std::string> members;  // paths
    };

    std::size_t size_of(const std::string& path) const { return path == directories_.front() ? 2 : 3; }

    void entered(const call& one, error_code ec, lease held) {
        require(static_cast<bool>(held) == !ec, "I4",
                "a lease comes with an error, or success without a lease");
        if (ec) return;
        const auto mine = member_of_.find(held.node());
        require(mine != member_of_.end(), "I13", "somebody passes who is no member");
        require(held.fencing_token().value() == generations_.at(mine->second).zxid, "I13",
                "a token is not the zxid of its generation");
        auto made = std::make_shared<holder>();
        made->by = one.by;
        made->path = one.path;
        made->node = held.node();
        made->held = std::move(held);
        held_.push_back(made);
        const bool drops = on_.choose.chance(0.1);
        const bool stays = on_.choose.chance(0.2);
        on_.later(*one.by, stays ? std::chrono::milliseconds(8000) : std::chrono::milliseconds(300),
                  [this, made, drops] { drops ? drop(made) : leave(made); });
    }

    void drop(const holder_ptr& one) {
        held_.remove(one);
        one->held = lease();
    }

    void leave(const holder_ptr& one) {
        if (!one->held) return;
        held_.remove(one);
        const call_ptr made = begin(*one->by, one->path, leaving, true);
        made->node = one->node;
        made->session = one->held.session_id();
        double_barrier on(one->by->handle, one->path, size_of(one->path));
        on.async_leave_until(std::move(one->held), made->deadline,
                             handler(made, [this](const call& which, error_code ec) { left(which, ec); }));
    }

    void left(const call& one, error_code ec) {
        const auto became = generations_.at(member_of_.at(one.node)).now;
        if (!ec)
            require(became == detail::generation_record::state::idle, "I13",
                    "somebody leaves before the others");
        if (ec != make_error_code(errc::broken_barrier)) return;
        const bool own_loss = one.by->session_id() != one.session || !nodes_.contains(one.node) ||
                              one.by->core->leases()->policy == loss_policy::strict;
        require(own_loss || became == detail::generation_record::state::broken, "I13",
                "a barrier is called broken that is not");
    }

    [[nodiscard]] bool gone(const generation& one) const {
        return !std::ranges::all_of(one.members, [this](const auto& node) { return nodes_.contains(node); });
    }

    /// Who is still inside sees it when leaving, and is waited for until then.
    [[nodiscard]] bool others_leave(const generation& one) const {
        return std::ranges::all_of(one.members, [this](const auto& node) {
            const auto found = nodes_.find(node);
            return found == nodes_.end() || found->second > 0;
        });
    }

    [[nodiscard]] std::size_t waiting_at(const std::string& path) const {
        std::size_t count = 0;
        for (const auto& [node, version] : nodes_)
            if (node.starts_with(path + "/") && !member_of_.contains(node)) ++count;
        return count;
    }

    void see(const txn& agreed) {
        std::vector<std::string> removed;  // with the record in one write, they were there before it
        for (const tree_change& change : agreed.changes) {
            if (std::ranges::find(directories_, change.path) != directories_.end())
                see_record(change, agreed.zxid);
            else if (!detail::sequence_of(name_of(change.path), "-member-") ||
                     !name_of(change.path).starts_with("_c_"))
                continue;
            else if (change.what == tree_change::kind::removed)
                nodes_.erase(change.path);
            else
                nodes_[change.path] = change.after.version;
        }
    }

    void see_record(const tree_change& change, std::int64_t zxid) {
        using state = detail::generation_record::state;
        if (change.what == tree_change::kind::removed) {
            rounds_.erase(change.path);
            return;
        }
        const auto record = detail::read_generation(change.after.data);
        require(record.has_value(), "I13", "a barrier's record is damaged");
        const detail::generation_record before = std::exchange(rounds_[change.path], *record);
        if (change.what == tree_change::kind::created) return;
        if (record->now == state::ready) return see_ready(change.path, before, *record, zxid);
        require(before.now == state::ready && before.generation == record->generation, "I13",
                "a generation ends that was not in");
        generation& ended = generations_.at({change.path, before_zxid_[change.path]});
        ended.now = record->now;
        if (record->now == state::broken) {
            any_broken_ = true;
            on_.reach(hazard::f10);
            require(gone(ended), "I13", "a generation is broken, but nobody is gone");
            return;
        }
        for (const std::string& node : ended.members) {
            const auto at = nodes_.find(node);
            require(at != nodes_.end() && at->second > 0, "I13", "a generation ends before all leave");
        }
    }

    void see_ready(const std::string& path, const detail::generation_record& before,
                   const detail::generation_record& now, std::int64_t zxid) {
        require(before.now != detail::generation_record::state::ready, "I13", "two generations at once");
        require(now.generation == before.generation + 1, "I13", "a generation is left out");
        require(now.members.size() == size_of(path), "I13", "a generation has another number of members");
        generation made;
        made.zxid = zxid;
        for (const std::string& name : now.members) {
            const std::string node = path + "/" + name;
            require(nodes_.contains(node), "I13", "a member is gone before its generation is in");
            require(member_of_.emplace(node, std::pair(path, zxid)).second, "I13",
                    "a member of two generations");
            made.members.push_back(node);
        }
        before_zxid_[path] = zxid;
        generations_.emplace(std::pair(path, zxid), std::move(made));
    }

    const std::vector<std::string> directories_{"/parties/a", "/parties/b"};
    std::list<holder_ptr> held_;
    std::map<std::string, std::int32_t> nodes_;  // entrants' nodes: version
    std::map<std::string, detail::generation_record> rounds_;
    std::map<std::string, std::int64_t> before_zxid_;  // of the last generation
    std::map<std::pair<std::string, std::int64_t>, generation> generations_;
    std::map<std::string, std::pair<std::string, std::int64_t>> member_of_;
    bool any_broken_ = false;
};

}  // namespace

std::unique_ptr<workload> make_double_barrier_workload(stage& on) {
    return std::make_unique<double_barrier_workload>(on);
}

}  // namespace paddock::testing
