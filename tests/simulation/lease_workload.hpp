#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <paddock/lease.hpp>

#include "tests/simulation/fenced_resource.hpp"
#include "tests/simulation/queue_history.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/simulation/workload.hpp"

namespace paddock::testing {

/// The part that all recipes with leases share: what holders do, and what must hold of leases, tokens and queues. A
/// recipe adds how to start an acquire and who holds by its rule.
class lease_workload : public workload {
public:
    [[nodiscard]] const std::vector<std::string>& directories() const override { return directories_; }
    void cancel() override;
    void inspect() override;
    std::string unsettled() override;
    bool wind_down() override;
    void conclude() override;
    [[nodiscard]] std::uint64_t grants() const override { return grants_; }

protected:
    /// One acquire and the lease that came of it.
    struct job {
        core_client* by = nullptr;
        std::vector<std::string> paths;  ///< what it claims, one node in each
        std::set<std::string> reads;     ///< those of its paths that it only reads, beside others
        std::shared_ptr<job> replaces;   ///< the lease that becomes this one, in its place and with its token
        bool may_fail = false;           ///< timed, cancelled or a single try: it need not be granted
        bool tried = false;              ///< a single try
        std::uint32_t permits = 1;
        std::optional<std::chrono::steady_clock::time_point> deadline;
        detail::boot_time begun{};
        int completions = 0;
        lease held;
        std::vector<std::string> nodes;
        std::int64_t session = 0;
        fencing_token token;
        detail::boot_time gone_at{};  ///< when its node went, or its process stood still behind that
        subscription changes;
        lease_state told = lease_state::held;
        std::stop_token lost;
        detail::boot_time untold_since{};  ///< what was told differs from what is so since then
        boost::asio::cancellation_signal cancelled;
    };
    using job_ptr = std::shared_ptr<job>;

    lease_workload(stage& on, queue_history::rule holders,
                   std::vector<std::string> directories = {"/locks/a", "/locks/b"});

    /// A new job of this client, or null when there is enough to do.
    job_ptr begin(core_client& by, bool may_fail);
    /// The job that this holder's lease becomes the lease of, by an operation that takes it.
    job_ptr become(const job_ptr& holder);
    /// The completion token of its acquire.
    auto token(const job_ptr& made) {
        return boost::asio::bind_cancellation_slot(
            made->cancelled.slot(),
            [this, made](error_code ec, lease got) { complete(made, ec, std::move(got)); });
    }
    /// A lease is there; more a recipe may do with it.
    virtual void use(const job_ptr& holder);
    /// It was this one's turn, and its tokens say so; by default as of a queue in the order of creation.
    virtual void expect_turn(const job& granted);
    virtual void expect_right_token(const job& granted, const lease_part& part);
    /// How many nodes those who hold or wait have among them.
    [[nodiscard]] virtual std::size_t nodes_wanted() const;
    /// Of a lease: those that it has now.
    [[nodiscard]] std::size_t nodes_of(const job& holder) const;
    /// A confirmed release is the end of its nodes.
    [[nodiscard]] virtual bool gone_when_released() const { return true; }
    /// What is not as it should be of the nodes of those who hold or wait.
    virtual std::string misplaced();
    /// One agreed write, before any client can know of it.
    virtual void see(const txn& agreed);
    /// The holder's node is gone, which it cannot know yet: the worst moment to do something.
    virtual void robbed(const job_ptr& holder) { check(holder); }
    /// How many may watch this node when all is at rest: its owner, and one who waits for it.
    [[nodiscard]] virtual std::size_t watchers_max(const std::string&) const { return 2; }
    /// How many nodes have their turn by the recipe's rule, of those who hold or wait.
    [[nodiscard]] virtual std::size_t turns() const { return history_.holders(); }
    /// Limits and the like have been put back, so that all who wait can be granted.
    [[nodiscard]] bool winding_down() const noexcept { return winding_down_; }
    /// At rest, and everybody is in his place: more trouble than that one after the other leaves.
    virtual void stir() {}
    void check(const job_ptr& holder);
    [[nodiscard]] bool alive(const job& which) const;
    [[nodiscard]] const std::list<job_ptr>& waiting() const { return waiting_; }
    [[nodiscard]] const std::list<job_ptr>& holding() const { return holding_; }
    [[nodiscard]] const queue_history& history() const { return history_; }

    stage& on_;

private:
    static constexpr std::size_t waiting_max = 12;
    static constexpr std::size_t departures_max = 8;

    void complete(const job_ptr& which, error_code ec, lease got);
    void note_end(const job& ended, error_code ec) const;
    void expect_right_end(const job& ended, error_code ec) const;
    void expect_right_grant(const job& granted);
    [[nodiscard]] bool plausible_loss(const job& ended) const;
    std::string turn_to_come();
    std::string robbery();
    std::string departure();
    void watch_states(const job_ptr& holder);
    void let_go(const job_ptr& holder);
    void release(const job_ptr& holder);
    void write_late(const job_ptr& holder);
    void expect_modest_claims(job& holder, lease_state state);
    void expect_loss_by_time(const job& holder, lease_state state) const;
    void expect_told(job& holder, lease_state state);
    void expect_bounds(const core_client& who) const;
    void rob_somebody();
    [[nodiscard]] bool excused(const job& holder) const;

    const std::vector<std::string> directories_;
    queue_history history_;
    std::list<job_ptr> waiting_;
    std::list<job_ptr> holding_;
    std::map<std::string, fencing_token> last_token_;
    std::map<std::string, fenced_resource> resources_;
    std::uint64_t grants_ = 0;
    detail::boot_time calm_since_{};
    detail::boot_time ungranted_since_{};
    bool crowded_ = false;  ///< at rest a last crowd has come
    std::size_t departures_ = 0;
    bool winding_down_ = false;
    bool over_ = false;
    job_ptr robbed_;
    detail::boot_time robbed_at_{};
};

}  // namespace paddock::testing
