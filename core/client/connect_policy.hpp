#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

#include "core/backoff.hpp"

namespace paddock::detail {

/// When to try the next server and how long each may take (rules 9 and 10). Servers of one round are tried
/// one right after the other; when all have failed there is a pause, longer after each round.
class connect_policy {
public:
    using milliseconds = std::chrono::milliseconds;

    connect_policy(milliseconds session_timeout, std::optional<milliseconds> connect_timeout)
        : session_timeout_(session_timeout),
          connect_timeout_(connect_timeout),
          pauses_(pauses_for(session_timeout)) {}

    /// Number of connects that one round takes.
    void set_round(std::size_t attempts) noexcept { round_ = attempts; }

    void attempt_failed() noexcept { ++failures_; }
    /// `session_timeout` as negotiated.
    void connected(milliseconds session_timeout) noexcept {
        proved_ = false;
        if (session_timeout == session_timeout_) return;
        session_timeout_ = session_timeout;
        pauses_ = pauses_for(session_timeout);
    }
    /// A server answered a request, or was connected for long: it is worth an immediate reconnect. A server
    /// that accepts the session and drops it at once is not (c-client 3: too many watches do that).
    void proved() noexcept {
        if (proved_) return;
        proved_ = true;
        failures_ = 0;
        pauses_.reset();
    }
    void connection_lost() noexcept {
        if (!proved_) attempt_failed();
    }

    [[nodiscard]] bool round_failed() const noexcept { return failures_ >= round_; }
    /// The pause before the next round, which begins with this call. `unit` is random in [0, 1).
    std::chrono::nanoseconds next_pause(double unit) noexcept {
        failures_ = 0;
        return pauses_.next(unit);
    }

    /// Longest time for one server to accept the connection and the session.
    [[nodiscard]] milliseconds attempt_limit() const noexcept {
        if (connect_timeout_) return *connect_timeout_;
        const auto share = session_timeout_ / (3 * static_cast<int>(std::max<std::size_t>(round_, 1)));
        return std::max(share, milliseconds(1000));
    }

private:
    static constexpr milliseconds first_pause{50};
    static constexpr milliseconds longest_pause{2000};

    // Never more than a sixth of the session's time, or a pause could cost the session.
    static backoff pauses_for(milliseconds session_timeout) noexcept {
        const milliseconds longest = std::clamp(session_timeout / 6, milliseconds(1), longest_pause);
        return {std::min(first_pause, longest), longest};
    }

    milliseconds session_timeout_;
    std::optional<milliseconds> connect_timeout_;
    backoff pauses_;
    std::size_t round_ = 1;
    std::size_t failures_ = 0;
    bool proved_ = false;
};

}  // namespace paddock::detail
