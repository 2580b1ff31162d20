#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/queue_claim.hpp>
#include <paddock/sharing_options.hpp>

namespace paddock {

namespace detail {
class semaphore_core;
}

struct semaphore_options {
    /// How many permits there are; 1 to 1,000,000. Every program says the same: see `errc::conflict`.
    std::uint32_t limit = 0;
    std::string purpose = {};                                 ///< as for `mutex`
    std::function<void(std::size_t ahead)> on_position = {};  ///< as for `mutex`
    sharing_options sharing = {};  ///< with other threads of the client that want as many; without `linger`
};

/// What a semaphore's directory says, as the connected server sees it.
struct semaphore_state {
    std::uint32_t limit = 0;     ///< in force; 0 while nobody has used it
    std::uint32_t declared = 0;  ///< what programs have to say
    std::uint64_t held = 0;  ///< permits of those who hold; above the limit for a while after it was lowered
    std::uint64_t waiting = 0;  ///< permits of those who wait
    /// What a try could get now: nobody passes those who wait.
    [[nodiscard]] std::uint64_t available() const noexcept {
        return waiting > 0 || held >= limit ? 0 : limit - held;
    }
};

/// Permits shared by every process that names the same directory: at every zxid the permits granted are at most the limit
/// that was in force at each grant.
///
/// A fair queue of weighted requests: a request is granted as a whole or not at all, in the order in which they came, so a
/// big one is never starved by small ones, which wait behind it. The object itself is the claim of one permit;
/// `permits(n)` is that of n. The layout is Paddock's own (`recipes/semaphore/README.md`); `curator_semaphore` shares
/// permits with Curator.
///
/// The limit is stored in the directory and can be changed while the semaphore is in use: raising it wakes as many as
/// fit, lowering it revokes nobody. The first program declares it; one that declares another number fails with
/// `errc::conflict`, unless that is the limit now in force.
///
/// Those of one client that want as many permits share places in the queue: a release passes the permits on to the next of
/// them, and the client has no more contenders than it may come to hold (`sharing_options`). So the order of requests is
/// that of the clients' contenders, and within a client that of its requests; a lowered limit takes effect on what is
/// passed on when its budget is used up.
///
/// Token: zxid of the grant, larger than that of every grant before, and a counter of those who had it before in this client.
/// Several hold at once, so a resource cannot refuse all but the newest: use it to tell grants apart, or one `fence` a
/// permit.
///
/// Costs: acquire uncontended one create2, one getData and one getChildren in one network wait, then one multi; a wake
/// wakes one waiter, which lists the directory; release one delete. Passed on inside the client: none. Thread-safe.
class PADDOCK_EXPORT semaphore : public queue_claim {
public:
    /// `directory` is created when first needed, and stays: it keeps the limit. Throws `argument_error`.
    semaphore(client& on, std::string directory, semaphore_options options);

    /// The claim of `count` permits at once; 1 to the limit. Throws `argument_error`.
    [[nodiscard]] queue_claim permits(std::uint32_t count) const;

    /// Limit and permits in use. Throws `system_error`: after `timeout` `errc::servers_unreachable`, or `errc::timed_out` when
    /// servers had answered. Cost: one getData and one getChildren; after the limit was lowered also one exists for each
    /// of the first who have no room.
    semaphore_state state(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    semaphore_state state(std::chrono::milliseconds timeout, error_code& ec);
    /// `state().available()`.
    std::uint64_t available(std::chrono::milliseconds timeout = std::chrono::seconds(10));

    /// Changes the limit in force; programs go on declaring what they declared. Creates the directory if it is not
    /// there. Idempotent. Throws as `state`, `errc::outcome_unknown` when the write was on its way as `timeout` passed, and
    /// server codes. Cost: one getData, one getChildren, one setData.
    void set_limit(std::uint32_t limit, std::chrono::milliseconds timeout = std::chrono::seconds(10));
    void set_limit(std::uint32_t limit, std::chrono::milliseconds timeout, error_code& ec);
    /// Changes the limit and what programs have to declare from now on: the last step of a new configuration.
    void redeclare(std::uint32_t limit, std::chrono::milliseconds timeout = std::chrono::seconds(10));
    void redeclare(std::uint32_t limit, std::chrono::milliseconds timeout, error_code& ec);

    /// Completion signature: `void(error_code, semaphore_state)`. Cancellation: terminal, partial, total.
    template <boost::asio::completion_token_for<void(error_code, semaphore_state)> Token>
    auto async_state(std::chrono::milliseconds timeout, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, semaphore_state)>(
            [](auto handler, std::shared_ptr<detail::semaphore_core> core, std::chrono::milliseconds limit) {
                start_state(std::move(core), limit, std::move(handler));
            },
            token, semaphore_, timeout);
    }
    /// Completion signature: `void(error_code)`. Cancellation: terminal, partial, total; the change may have been made.
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_set_limit(std::uint32_t limit, std::chrono::milliseconds timeout, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code)>(
            [](auto handler, std::shared_ptr<detail::semaphore_core> core, std::uint32_t wanted,
               std::chrono::milliseconds most) {
                start_set_limit(std::move(core), wanted, most, std::move(handler));
            },
            token, semaphore_, limit, timeout);
    }

private:
    explicit semaphore(std::shared_ptr<detail::semaphore_core> core);
    static void start_state(std::shared_ptr<detail::semaphore_core> core, std::chrono::milliseconds timeout,
                            boost::asio::any_completion_handler<void(error_code, semaphore_state)> handler);
    static void start_set_limit(std::shared_ptr<detail::semaphore_core> core, std::uint32_t limit,
                                std::chrono::milliseconds timeout,
                                boost::asio::any_completion_handler<void(error_code)> handler);

    std::shared_ptr<detail::semaphore_core> semaphore_;
};

}  // namespace paddock
