#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <paddock/mutex.hpp>

namespace paddock {

namespace detail {
class reentrant_core;
}

/// Stands for one owner of a `reentrant_mutex` where threads cannot, for instance one coroutine chain.
/// Copies are the same owner.
class PADDOCK_EXPORT mutex_owner {
public:
    /// A new owner, distinct from all others.
    mutex_owner();
    /// The owner that stands for the calling thread.
    static mutex_owner this_thread() noexcept;
    friend bool operator==(const mutex_owner&, const mutex_owner&) noexcept = default;
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }

private:
    explicit mutex_owner(std::uint64_t id) noexcept : id_(id) {}
    std::uint64_t id_;
};

/// A `mutex` that its owner may take again: counts per owner, releases at the count's end.
///
/// Different owners exclude each other as threads with one `mutex` do, and share its place in the queue likewise
/// (`sharing_options`). Taking it again costs no server operation and fails loudly with `errc::lease_lost` once the lease has been lost (or is
/// suspect and the policy is strict): the owner must unlock as often as it locked before it may start anew.
/// An owner's second lock while its first one still waits is refused with `errc::would_deadlock`: it would queue
/// behind the owner itself.
/// Thread-safe. Destroying the object releases what is still held in the background.
class PADDOCK_EXPORT reentrant_mutex {
public:
    reentrant_mutex(client& on, std::string directory, mutex_options options = {});

    /// Blocks until `owner` holds it once more. Throws `system_error`: as `mutex::acquire`, and `errc::lease_lost`
    /// and `errc::would_deadlock`.
    void lock(mutex_owner owner = mutex_owner::this_thread());
    void lock(mutex_owner owner, error_code& ec);
    bool try_lock(mutex_owner owner = mutex_owner::this_thread());
    bool try_lock_for(std::chrono::nanoseconds limit, mutex_owner owner = mutex_owner::this_thread());
    bool try_lock_until(std::chrono::steady_clock::time_point deadline,
                        mutex_owner owner = mutex_owner::this_thread());

    /// Gives back one lock; the last one releases the lease in the background.
    /// Throws `errc::not_owner` when `owner` holds nothing (an excess release).
    void unlock(mutex_owner owner = mutex_owner::this_thread());
    void unlock(mutex_owner owner, error_code& ec);

    /// Completion signature: `void(error_code)`. Cancellation: as `mutex::async_acquire`.
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_lock(mutex_owner owner, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code)>(
            [](auto handler, std::shared_ptr<detail::reentrant_core> core, mutex_owner who) {
                start_lock(std::move(core), who, std::move(handler));
            },
            token, core_, owner);
    }

    /// How often `owner` holds it.
    [[nodiscard]] std::size_t hold_count(mutex_owner owner = mutex_owner::this_thread()) const;

    /// The lease behind `owner`'s locks: token, state, signals. Throws `errc::not_owner` when it holds nothing.
    [[nodiscard]] fencing_token token(mutex_owner owner = mutex_owner::this_thread()) const;
    [[nodiscard]] lease_state state(mutex_owner owner = mutex_owner::this_thread()) const;
    [[nodiscard]] std::stop_token lost_token(mutex_owner owner = mutex_owner::this_thread()) const;

private:
    static void start_lock(std::shared_ptr<detail::reentrant_core> core, mutex_owner owner,
                           boost::asio::any_completion_handler<void(error_code)> handler);
    std::shared_ptr<detail::reentrant_core> core_;
};

}  // namespace paddock
