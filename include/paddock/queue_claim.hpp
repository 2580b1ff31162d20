#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <paddock/claim.hpp>
#include <paddock/contender_info.hpp>

namespace paddock {

namespace detail {
class queue_claim_core;
}

/// What every recipe with a queue lets its users set.
struct claim_options {
    /// Told to others in the holder record; at most 1024 bytes of UTF-8.
    std::string purpose = {};
    /// Called on the callback executor with the number of contenders ahead, those of the own client that share its place
    /// counted one by one: when an acquire has its place and whenever it learns a new number. 0 is told before the grant;
    /// a blocking acquire may return before this has run.
    std::function<void(std::size_t ahead)> on_position = {};
};

/// A claim that is one place in one queue: that of a directory, whose contenders can be listed.
class PADDOCK_EXPORT queue_claim : public claim {
public:
    /// Holders and waiters in queue order, of all kinds, as the connected server sees them (it may lag behind the
    /// leader). Empty when the directory does not exist. Throws `system_error`: after `timeout` `errc::servers_unreachable`,
    /// or `errc::timed_out` when servers had answered. Cost: one getChildren and one getData per contender.
    std::vector<contender_info> contenders(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    std::vector<contender_info> contenders(std::chrono::milliseconds timeout, error_code& ec);
    /// The first in the queue. Cost: one getChildren and one getData.
    std::optional<contender_info> holder(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    std::optional<contender_info> holder(std::chrono::milliseconds timeout, error_code& ec);

    /// Completion signature: `void(error_code, std::vector<contender_info>)`. Cancellation: terminal, partial, total.
    template <boost::asio::completion_token_for<void(error_code, std::vector<contender_info>)> Token>
    auto async_contenders(std::chrono::milliseconds timeout, Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::vector<contender_info>)>(
            [](auto handler, std::shared_ptr<detail::queue_claim_core> core,
               std::chrono::milliseconds limit) {
                start_contenders(std::move(core), limit, std::move(handler));
            },
            token, queue_core(), timeout);
    }

    /// For the library's own use.
    explicit queue_claim(std::shared_ptr<detail::queue_claim_core> core) noexcept;

private:
    static void start_contenders(
        std::shared_ptr<detail::queue_claim_core> core, std::chrono::milliseconds timeout,
        boost::asio::any_completion_handler<void(error_code, std::vector<contender_info>)> handler);
    [[nodiscard]] std::shared_ptr<detail::queue_claim_core> queue_core() const;
};

}  // namespace paddock
