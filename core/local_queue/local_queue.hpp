#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <paddock/lease.hpp>
#include <paddock/sharing_options.hpp>

#include "core/client_core.hpp"
#include "core/contender/contender_settings.hpp"
#include "core/local_queue/kept_place.hpp"
#include "core/local_queue/local_attempt.hpp"
#include "core/local_queue/parting_plan.hpp"
#include "core/shared_place.hpp"

namespace paddock::detail {

/// How recipes whose acquires can share a place say so.
struct sharing_traits {
    sharing_options options;
    std::size_t places = 1;  ///< that the servers grant at once, as far as is known here
    bool exclusive = true;   ///< never more than that
};

/// Those of one client who want the same: they have few contenders among them (for a lock: one), and their places in the
/// queue are passed on from one to the next, within the budget of `sharing_options`. What the servers granted are the
/// keepers' leases; what users hold are turns.
class local_queue final : public shared_place, public std::enable_shared_from_this<local_queue> {
public:
    /// Destroyed on core's executor, whoever lets go last.
    static std::shared_ptr<local_queue> make(std::shared_ptr<client_core> on,
                                             std::shared_ptr<const contender_settings> queue,
                                             sharing_traits sharing);
    ~local_queue() override;

    /// A turn, if a place is here and free: no server is asked, nor core. Else empty. Any thread.
    lease take_at_once(std::chrono::steady_clock::time_point deadline);
    std::optional<release_result> leave_at_once(lease_core& held) override;

    // Core's executor.
    void enter(const std::shared_ptr<local_attempt>& who);
    void withdraw(const local_attempt& who);
    void leave(const std::shared_ptr<lease_core>& held, std::function<void(release_result)> done) override;
    void on_change(const lease_core& keeper, lease_state now) override;
    /// Whether a server has answered something to those who wait.
    [[nodiscard]] bool heard() const;
    /// The client is closed: nothing is done any more, at any time.
    void end();

private:
    using lock = std::unique_lock<std::mutex>;
    using places = std::map<const lease_core*, kept_place>;  // by their keepers
    struct candidate {
        std::uint64_t round = 0;
        std::shared_ptr<acquire_operation> contender;
        std::optional<std::size_t> ahead;  ///< unknown at first
    };

    local_queue(std::shared_ptr<client_core> on, std::shared_ptr<const contender_settings> queue,
                sharing_traits sharing);
    [[nodiscard]] places::iterator place_of(const lease_core& turn);
    void pass_on(lock held, kept_place& place);
    [[nodiscard]] std::optional<std::size_t> ahead_of_waiters() const;
    void part(lock held, places::iterator place, std::function<void(release_result)> done);
    void give_back(lock held, places::iterator place, std::function<void(release_result)> done);
    void tell_positions();

    // Competing at the servers.
    [[nodiscard]] std::size_t room() const;
    void compete_as_needed();
    candidate make_candidate(std::uint64_t round);
    void moved_up(std::uint64_t round, std::size_t ahead);
    void competed(std::uint64_t round, error_code ec, lease granted);
    void drop_surplus();

    // Lingering: of exclusive places only.
    void linger();
    [[nodiscard]] bool keeps(const std::weak_ptr<lease_core>& keeper) const;
    void watch_others();
    void look_at_time();
    void end_lingering();
    void stop_lingering();

    const std::shared_ptr<client_core> client_;
    const std::shared_ptr<const contender_settings> queue_;
    const sharing_traits sharing_;

    mutable std::mutex guard_;  // of all below; what only core's executor uses needs no lock there
    // Lists: an empty deque has its 600 bytes, in every mutex.
    std::list<std::shared_ptr<local_attempt>> waiting_;
    std::list<candidate> competing_;  ///< in the order in which they began
    std::uint64_t rounds_ = 0;
    backoff delays_{std::chrono::milliseconds(10), std::chrono::seconds(2)};
    scheduled_call retry_;
    scheduled_call surplus_;  ///< of contenders: when they are given up, unless somebody waits by then
    places places_;
    bool ended_ = false;
    bool curious_ = false;  ///< some of those who wait want to know their position

    bool wanted_ = false;    ///< by somebody elsewhere
    bool watching_ = false;  ///< for that
    watch_ticket others_;
    boot_time free_since_{};
    scheduled_call timer_;
};

}  // namespace paddock::detail
