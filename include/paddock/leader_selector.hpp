#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <paddock/leader_latch.hpp>

namespace paddock {

namespace detail {
class selector_core;
}

struct selector_options {
    /// As `leader_options::id`.
    std::string id = {};
    /// Competes again when the function has returned. Otherwise it is idle then, until `start` is called again.
    bool auto_requeue = true;
};

/// Runs a function for each term that this process leads.
///
/// While the function runs this process leads, unless the term is lost; when it returns, the selector resigns. When the
/// term is lost, interrupted or closed the function is asked to stop, and the node is given back, or the next campaign
/// begins, only when it has returned: this process never runs two at once. An exception that leaves the function is logged
/// and counts as a return. Source: Curator's LeaderSelector; the nodes are those of `leader_latch`, with which it
/// competes (Curator's LeaderSelector uses the layout of its mutex).
///
/// A term that is lost before the function has begun is skipped. Costs and thread safety: as `leader_latch`.
class PADDOCK_EXPORT leader_selector {
public:
    /// Runs on a thread of its own; is asked to stop by `leader_term::ended`.
    using function = std::function<void(const leader_term&)>;
    /// Runs on a given executor; is asked to stop by terminal cancellation, and by `leader_term::ended`.
    using coroutine = std::function<boost::asio::awaitable<void>(leader_term)>;

    /// Throws `argument_error`, also for an empty function. No I/O.
    leader_selector(client& on, std::string directory, function run, selector_options options = {});
    leader_selector(client& on, std::string directory, boost::asio::any_io_executor executor, coroutine run,
                    selector_options options = {});
    leader_selector(leader_selector&&) noexcept;
    leader_selector& operator=(leader_selector&&) noexcept;
    /// As `close`.
    ~leader_selector();

    /// Starts to compete, and returns; does nothing if it competes already.
    void start();
    void start(error_code& ec);

    /// Ends the present term, if there is one: the function is asked to stop. Does not wait.
    void interrupt();

    [[nodiscard]] bool leads() const;
    [[nodiscard]] std::optional<leader_term> term() const;
    [[nodiscard]] candidate_state state() const;

    std::vector<leader_candidate> participants(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    std::vector<leader_candidate> participants(std::chrono::milliseconds timeout, error_code& ec);

    /// Ends competing for good; asks a running function to stop, and waits until it has returned and the node is deleted
    /// or the session has ended. From inside the function on its thread it waits for nothing. A coroutine's executor must
    /// not be blocked by it: use `async_close` there. Idempotent.
    void close();
    /// Completion signature: `void(error_code)`. A cancelled wait completes at once; the closing goes on.
    template <boost::asio::completion_token_for<void(error_code)> Token>
    auto async_close(Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code)>(
            [](auto handler, std::shared_ptr<detail::selector_core> core) {
                start_close(std::move(core), std::move(handler));
            },
            token, core_);
    }

    [[nodiscard]] const std::string& path() const noexcept;

private:
    static void start_close(std::shared_ptr<detail::selector_core> core,
                            boost::asio::any_completion_handler<void(error_code)> handler);

    std::shared_ptr<detail::selector_core> core_;
};

}  // namespace paddock
