#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <boost/intrusive/set.hpp>

#include "core/environment.hpp"
#include "tests/sim/virtual_lane.hpp"

namespace paddock::testing {

/// Where a simulated process runs. Beside the clock of its `environment` it has the one that the C client goes by.
class virtual_host : public detail::environment {
public:
    enum class condition { runs, frozen, suspended, paused, killed };

    /// CLOCK_MONOTONIC: stands still in a suspend (hazard C18).
    [[nodiscard]] virtual detail::boot_time awake() const noexcept = 0;
    [[nodiscard]] virtual condition state() const noexcept = 0;
};

/// An environment in virtual time. Nothing runs unless the test says so, nothing ever sleeps, and two runs
/// with the same seed and the same calls are the same. It must outlive everything that uses it.
class virtual_environment final : public virtual_host {
public:
    using opener = std::function<std::unique_ptr<detail::znode_api>(
        virtual_host& local, const detail::session_parameters&, detail::session_listener&)>;

    explicit virtual_environment(std::uint64_t seed = 1);
    ~virtual_environment() override;
    virtual_environment(const virtual_environment&) = delete;
    virtual_environment& operator=(const virtual_environment&) = delete;

    boost::asio::any_io_executor executor() override;
    [[nodiscard]] detail::boot_time now() const noexcept override;
    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const noexcept override {
        return std::chrono::steady_clock::time_point(now().time_since_epoch());
    }
    [[nodiscard]] detail::boot_time awake() const noexcept override { return now(); }
    [[nodiscard]] condition state() const noexcept override { return condition::runs; }
    [[nodiscard]] detail::scheduled_call call_at(detail::boot_time when,
                                                 std::function<void()> action) override;
    std::array<std::uint8_t, 16> random_128() override;
    double random_unit() override;
    std::unique_ptr<detail::znode_api> open(const detail::session_parameters& parameters,
                                            detail::session_listener& listener) override;

    /// Runs all that is ready, and what that makes ready, without moving time. Throws when it does not come
    /// to rest.
    void settle();
    /// Moves time on by `length`, through every scheduled call in order, settling after each.
    void advance(std::chrono::nanoseconds length);
    /// Moves time on until `done()` holds, asked after each settling; false when it does not within `limit`.
    bool run_until(const std::function<bool()>& done, std::chrono::nanoseconds limit);
    /// Runs one ready handler or, when none is ready, moves time to the next scheduled call and runs it. False: nothing
    /// is left. For tests that interfere after each single step.
    bool step();
    /// From now on `step` lets the process run that comes first in an order of priority, and the last one seldom; the
    /// order changes at random moments. It finds orders of events that turn by turn never has. Source: Burckhardt et
    /// al., "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010.
    void schedule_by_priority(std::uint64_t seed);

    /// Calls scheduled and not taken back: a test can assert that no timer is left behind.
    [[nodiscard]] std::size_t scheduled_calls() const;

    /// Where sessions come from (set by the simulated ensemble).
    void set_opener(opener how) { opener_ = std::move(how); }
    /// What is to be done for a process that has been killed.
    void set_undertaker(std::function<void(const virtual_host&)> how) { undertaker_ = std::move(how); }

    // For virtual_process. Times are those of the lane's clock.
    [[nodiscard]] detail::scheduled_call call_at(virtual_lane& lane, detail::boot_time when,
                                                 std::function<void()> action);
    std::unique_ptr<detail::znode_api> open_for(virtual_host& local,
                                                const detail::session_parameters& parameters,
                                                detail::session_listener& listener);
    void add(virtual_lane& lane);
    void remove(virtual_lane& lane);
    /// After a change of its clock: what it has planned comes when the clock shows that time.
    void reschedule(const virtual_lane& lane);
    void bury(virtual_lane& lane, const virtual_host& process);
    void exhume(virtual_lane& lane);

private:
    using leaves_by_itself = boost::intrusive::link_mode<boost::intrusive::auto_unlink>;
    struct entry : boost::intrusive::set_base_hook<leaves_by_itself>, std::enable_shared_from_this<entry> {
        friend bool operator<(const entry& a, const entry& b) { return a.place < b.place; }

        std::pair<detail::boot_time, std::uint64_t> place;  // ties in the order of scheduling
        detail::boot_time due;                              // by the lane's clock
        virtual_lane* lane = nullptr;
        std::function<void()> action;
    };
    using queue = boost::intrusive::set<entry, boost::intrusive::constant_time_size<false>>;

    bool run_ready_handler();
    bool step_by_priority();
    static void hand_over(entry& due);
    bool release_next_call(detail::boot_time limit);
    bool closing_ = false;
    std::atomic<std::int64_t> now_;
    std::uint64_t scheduled_ = 0;
    queue queue_;
    std::optional<std::mt19937_64> priorities_;
    std::mt19937_64 random_;
    opener opener_;
    std::function<void(const virtual_host&)> undertaker_;
    std::size_t next_lane_ = 0;
    std::vector<virtual_lane*> lanes_;
    virtual_lane own_;  // last: handlers are destroyed while the rest still stands
};

}  // namespace paddock::testing
