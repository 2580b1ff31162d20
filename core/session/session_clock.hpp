#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include <paddock/lease.hpp>

#include "core/environment.hpp"

namespace paddock::detail {

/// What a session knows of one lease; read and written through the session's clock only.
struct lease_mark {
    std::uint64_t verified_on = 0;  ///< connection (epoch) on which the node was last known to exist
    loss_reason lost = loss_reason::none;
};

struct lease_timing {
    std::chrono::nanoseconds timeout{};    ///< negotiated session timeout
    std::chrono::nanoseconds heartbeat{};  ///< the session sends something at least this often
    bool quorum_checks = true;             ///< while leases are held, what it sends then is a quorum write
    bool strict = false;                   ///< a suspect lease is lost

    /// How late a server tells its leader whom it has heard: half a tick, and a session lasts two ticks or more.
    [[nodiscard]] std::chrono::nanoseconds report_delay() const noexcept { return timeout / 4; }
};

/// The session's own judgement of its life: the C client never expires a session by itself (rule 22, hazard
/// C5). Thread-safe, since holders ask for the state of their leases from any thread, and final: once it has
/// answered "lost" to anybody, no later contact revives the session.
///
/// Contact is the time just before the sending of a request that was answered. One timeout after the last
/// contact the session counts as lost. Quorum contact is the same of a write. A write that a follower forwards does
/// not touch the session on the leader; what the follower had answered before did, at most tick / 2 late, which with
/// tick <= timeout / 2 is timeout / 4. So the session cannot expire before one timeout after the sending of the last
/// request that was answered timeout / 4 before the quorum contact (reliability.md 3.2; servers that answer their leader
/// on time, a minimal session timeout of two ticks as by default, clocks of equal rate). That is `remaining`; past it
/// leases are suspect.
class session_clock {
public:
    explicit session_clock(const environment& source);

    /// A new epoch, with the timing negotiated on it (hazard E8); leases become suspect until verified on it.
    void connected(boot_time handshake_sent, lease_timing timing);
    void disconnected();
    void contact(boot_time sent);
    /// `touched`: when the last of what the leader had been told of by then was sent (`reported_contact`).
    void quorum_contact(boot_time sent, boot_time touched);

    /// The session is over; `why` is kept if it is the first. The source of time is not used afterwards.
    void end(loss_reason why);
    /// Ends the session if the last contact is too old. True if it has ended.
    bool check_expired();

    void verify(lease_mark& mark, std::uint64_t epoch);  ///< its node existed, on the connection `epoch`
    void lose(lease_mark& mark, loss_reason why);

    lease_state judge(lease_mark& mark);  ///< may make it lost, by time or by policy
    loss_reason reason(lease_mark& mark);
    std::chrono::nanoseconds remaining(lease_mark& mark);

    [[nodiscard]] std::uint64_t epoch() const;
    [[nodiscard]] boot_time lost_at() const;     ///< when the session will count as lost without contact
    [[nodiscard]] boot_time suspect_at() const;  ///< when leases become suspect without quorum contact
    /// Whether, connected, a quorum write was confirmed within the last heartbeat period, on whichever connection, and the
    /// session cannot have expired: the leader need not know yet of who wrote first thing after a long pause.
    [[nodiscard]] bool freshly_confirmed() const;
    [[nodiscard]] lease_timing timing() const;

private:
    [[nodiscard]] boot_time bound() const;
    bool expired();
    lease_state judge_locked(lease_mark& mark);

    const environment& source_;
    mutable std::mutex guard_;
    lease_timing timing_;
    bool connected_ = false;
    std::uint64_t epoch_ = 0;
    boot_time contact_{};
    boot_time quorum_contact_{};
    boot_time touched_{};
    boot_time certain_until_{};
    loss_reason ended_ = loss_reason::none;
};

}  // namespace paddock::detail
