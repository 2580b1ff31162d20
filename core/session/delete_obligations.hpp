#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <paddock/lease.hpp>

#include "core/backoff.hpp"
#include "core/environment.hpp"

namespace paddock::detail {

class session;

/// Promises to delete nodes of this session, kept until a server has said OK or NONODE or the session has ended,
/// which deletes them too (hazards A6, D1, D2). Only names with an id of our own ever come here, so a late
/// delete cannot hit another's node (hazard A7). Bounded by the session's budget of path bytes.
class delete_obligations {
public:
    explicit delete_obligations(session& host) : host_(host) {}

    /// `done` (may be empty) learns `confirmed`, or `unconfirmed` when the session ended first. `keep` is held
    /// until then: the node's budget share and its watch, so that no removal is sent for a watch that fires anyway.
    void add(std::string path, std::shared_ptr<void> keep, std::function<void(release_result)> done);

    void on_connected();
    void end();

    [[nodiscard]] std::size_t pending() const noexcept { return pending_.size(); }

private:
    struct obligation {
        std::string path;
        std::shared_ptr<void> keep;
        std::function<void(release_result)> done;
        backoff delays{std::chrono::milliseconds(20), std::chrono::seconds(5)};
        bool in_flight = false;
        scheduled_call retry;
    };
    void attempt(std::uint64_t id);
    void attempted(std::uint64_t id, const struct reply& answer);
    void settle(std::uint64_t id, release_result result);

    session& host_;
    std::uint64_t next_id_ = 0;
    std::map<std::uint64_t, obligation> pending_;
};

}  // namespace paddock::detail
