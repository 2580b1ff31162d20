#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>

#include "tests/sim/quorum.hpp"
#include "tests/sim/tree.hpp"

namespace paddock::testing {

/// What a leader knows beyond what is agreed: the tree with all that it has proposed, and who is alive.
class sim_leadership {
public:
    static constexpr server_number anywhere = static_cast<server_number>(-1);

    struct session {
        std::chrono::milliseconds timeout{};
        server_number owner =
            0;  ///< the server that it was last attached to; others are not listened to any more
        bool closing = false;  ///< nothing of it is taken any more
        detail::boot_time last_touch{};
        detail::scheduled_call expiry{};
    };

    /// `tick` is asked at each expiry; sessions end at multiples of it.
    sim_leadership(virtual_environment& world, const sim_tree& agreed, const std::chrono::nanoseconds& tick,
                   std::function<void(std::int64_t session)> expire);

    void add(std::int64_t id, std::chrono::milliseconds timeout, server_number owner);
    /// Null when there is none, or when it is ending.
    [[nodiscard]] session* find(std::int64_t id);
    void touch(std::int64_t id);
    /// It ends: nothing of it is taken any more.
    void close(std::int64_t id);

    sim_tree proposed;

private:
    void watch_expiry(std::int64_t id);

    virtual_environment& world_;
    const std::chrono::nanoseconds& tick_;
    const std::function<void(std::int64_t)> expire_;
    std::map<std::int64_t, session> sessions_;
};

}  // namespace paddock::testing
