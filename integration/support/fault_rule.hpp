#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <string>

#include "integration/support/eventually.hpp"
#include "integration/support/frame_parser.hpp"

namespace paddock::testing {

/// Where in a request's life a fault strikes. "Cut" closes both connections of the proxied pair, after what
/// the proxy had let through before has been delivered.
enum class position {
    req,         ///< cut instead of forwarding the request: the server never sees it
    com,         ///< forward it; when the server has answered, withhold the reply and everything after it in
                 ///< both directions; the connection stays open until `resume` (delivers) or `cut_all`
    rep,         ///< forward it; when the reply arrives, swallow it and cut
    mid,         ///< forward it; deliver the first half of the reply's frame and cut
    drop,        ///< forward neither it nor anything behind it; cut once all before it is answered
    last,        ///< forward it and nothing behind it; when its reply arrives, swallow it and cut
    alter,       ///< forward it; deliver other bytes for its reply, as `change` makes them
    wev_before,  ///< swallow the watch event and cut
    wev_after,   ///< deliver the watch event, nothing more, and cut
    half,  ///< from the request on, nothing passes in direction `towards`; open until `resume` or `cut_all`
    lag,   ///< from the request on, this connection's frames take `delay` longer in each direction
};

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// Which frames a fault strikes. `req`, `drop`, `last`, `half` and `lag` are decided when the request arrives; `com`, `rep`,
/// `mid` and `alter` when its reply does; `wev_before` and `wev_after` when a watch event does.
struct fault_rule {
    position at{};
    /// None: every request except pings and handshakes. Ignored for watch events.
    std::optional<opcode> op = {};
    std::size_t skip = 0;            ///< so many matching frames pass first
    std::size_t times = 1;           ///< so many are then struck
    std::string path_contains = {};  ///< only frames whose path contains this
    bool only_success = false;       ///< `com`, `rep`, `mid`, `alter`: only replies without an error code
    direction towards = direction::to_client;       ///< `half`
    std::chrono::milliseconds delay = {};           ///< `lag`
    std::function<void(std::string&)> change = {};  ///< `alter`: is given the frame, its length included
};

/// A rule at work in a proxy. Its counters may be read from any thread.
class injected_fault {
public:
    explicit injected_fault(fault_rule rule) : rule_(std::move(rule)) {}

    [[nodiscard]] const fault_rule& rule() const noexcept { return rule_; }
    /// Frames struck so far; counted when the effect is complete (connections closed, reply withheld).
    [[nodiscard]] std::size_t hits() const;
    /// False when there are fewer than `count` hits after `within`.
    [[nodiscard]] bool wait_hits(std::size_t count, std::chrono::milliseconds within = default_wait) const;
    /// Strikes no more.
    void disarm();

    /// For the proxy: whether this frame is to be struck. Counts it as skipped or taken.
    [[nodiscard]] bool take(const frame_info& frame);
    /// For the proxy: the effect of one `take` is complete.
    void count_hit();

private:
    fault_rule rule_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::size_t matched_ = 0;
    std::size_t taken_ = 0;
    std::size_t hits_ = 0;
    bool armed_ = true;
};

}  // namespace paddock::testing
