#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>

#include "integration/fidelity/actor.hpp"

namespace paddock::testing {

/// What sessions ask for, and what a server of ours gives them: longer than any script, so that none ends unasked.
constexpr std::chrono::milliseconds wanted_timeout{60'000};
constexpr std::chrono::milliseconds longest_timeout{10'000};

/// Where a script is played: the simulated ensemble, or a real server. What both do alike is the player's affair.
class side {
public:
    side() = default;
    side(const side&) = delete;
    side& operator=(const side&) = delete;
    virtual ~side() = default;

    [[nodiscard]] actor& at(actor_number who) { return actors_.at(who); }
    /// The guard of all that actors know.
    [[nodiscard]] std::mutex& mutex() { return journal_.mutex; }

    /// Runs `what` on the environment's executor and returns when it has run.
    virtual void run(const std::function<void()>& what) = 0;
    /// Lets things happen until `done()`, which is asked under the mutex; false if that takes too long.
    [[nodiscard]] virtual bool wait(const std::function<bool()>& done) = 0;

    /// A new session for this actor, from a server that it can reach.
    virtual void open(actor_number who) = 0;
    virtual void cut(actor_number who) = 0;
    virtual void leave(actor_number who) = 0;
    virtual void come_back(actor_number who) = 0;
    virtual void expire(actor_number who) = 0;
    /// Calls `send`, which sends the step's requests, so that one of them meets the step's fault.
    virtual void strike(const script_step& step, const std::function<void()>& send) = 0;
    /// Events that tell of watches that servers keep for each client; `remove_all` removes every node, and returns
    /// when that is known to all.
    [[nodiscard]] virtual std::array<std::size_t, client_count> watches_left(
        const std::function<void()>& remove_all) = 0;

protected:
    journal journal_;
    std::array<actor, client_count + 1> actors_{actor(journal_), actor(journal_), actor(journal_)};
};

}  // namespace paddock::testing
