#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <paddock/client.hpp>
#include <paddock/fencing_token.hpp>

namespace paddock {

namespace detail {
class observer_core;
}

/// Who leads, and what it has published in this term.
struct leadership {
    std::string id;                    ///< as the leader's latch was given it
    std::string node;                  ///< name of the leader's node
    fencing_token token;               ///< of its term
    std::optional<std::string> value;  ///< nothing before the first `leader_latch::publish` of this term
    friend bool operator==(const leadership&, const leadership&) = default;
};

/// Follows who leads in a directory of `leader_latch` (or of Curator's LeaderLatch), without taking part.
///
/// Calls the handler on the callback executor with the leadership, or nothing when nobody leads, at first and then each
/// time that it or its value has changed, in order; equal ones are not repeated. What changes faster than it can be read
/// is told in its latest state. While there is no connection nothing is told, and what was told last may be out of date.
/// Source: `Observe` of etcd's concurrency package.
///
/// Watches the leader's node and the directory's data; the directory's children only while nobody leads, so that a latch
/// that joins or leaves the queue wakes no observer. A missing directory is looked for again once a second at least.
///
/// Costs: per change of the leader one getChildren and two getData with watch; per published value one getData.
/// Construction does no I/O. Thread-safe, except that destruction and moves must not overlap other calls.
class PADDOCK_EXPORT leader_observer {
public:
    using handler_type = std::function<void(const std::optional<leadership>& now)>;

    /// Throws `argument_error`, also for an empty handler.
    leader_observer(client& on, std::string directory, handler_type handler);
    leader_observer(leader_observer&&) noexcept;
    leader_observer& operator=(leader_observer&&) noexcept;
    /// As `close`.
    ~leader_observer();

    /// Starts to look, and returns. Fails with `errc::client_closed`, `errc::wrong_process`, and
    /// `boost::asio::error::operation_aborted` once it is closed.
    void start();
    void start(error_code& ec);

    /// The handler is not called any more, and is not running when this returns (unless it is the caller).
    void close();

    [[nodiscard]] const std::string& path() const noexcept;

private:
    std::shared_ptr<detail::observer_core> core_;
};

}  // namespace paddock
