#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "core/operation.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {

/// Reads one node on behalf of one operation, which outlives it, and learns of the node's changes. Watches by getData,
/// which leaves nothing behind on a missing node (hazard B4).
class node_reader {
public:
    node_reader(operation_base& host, std::string path) : host_(host), path_(std::move(path)) {}

    /// As the session's server sees it, which may be behind.
    asio::awaitable<get_reply> read(session& home, bool watch = true);
    /// Not older than this operation: the first such read of a session leaves right behind a quorum write (a check of
    /// the node, whatever it answers), and is answered after it. A server that is behind would else show what was
    /// before the call (hazards B15, E17).
    asio::awaitable<get_reply> read_fresh(session& home, bool watch = true);
    /// Whether all that is read on this session is fresh.
    [[nodiscard]] bool fresh_on(const session& home) const noexcept { return fresh_on_ == home.id(); }

    /// Sends a read, for several that share a network wait.
    void send(session& home, bool watch, reply_to<get_reply> done);

    /// The watch that the last read left has fired. It proves nothing: read again (rule 16).
    [[nodiscard]] bool changed() const noexcept { return *changed_; }
    /// Completes when it has, when the session has ended, or when the operation has been given up.
    asio::awaitable<void> wait_for_change(session& home);
    /// Ends the watch.
    void forget() noexcept { watch_.reset(); }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    operation_base& host_;
    const std::string path_;
    std::int64_t fresh_on_ = 0;                                            // session
    const std::shared_ptr<bool> changed_ = std::make_shared<bool>(false);  // callbacks may outlive this
    watch_ticket watch_;
};

}  // namespace paddock::detail
