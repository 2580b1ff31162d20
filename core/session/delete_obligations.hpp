#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <paddock/lease.hpp>

#include "core/backoff.hpp"
#include "core/departure_note.hpp"
#include "core/environment.hpp"
#include "core/znode_api.hpp"

namespace paddock::detail {

class session;

/// Promises to delete nodes of this session, kept until a server has said OK or NONODE or the session has ended,
/// which deletes them too (hazards A6, D1, D2). Only names with an id of our own ever come here, so a late delete
/// cannot hit another's node (hazard A7), and a note only replaces the data that it was meant for. Bounded by the
/// session's budget of path bytes.
class delete_obligations {
public:
    explicit delete_obligations(session& host) : host_(host) {}

    /// `done` (may be empty) learns `confirmed`, or `unconfirmed` when the session ended first. `keep` is held
    /// until then: the node's budget share and its watch, so that no removal is sent for a watch that fires anyway.
    /// The first attempt also leaves a `departure_note`, if there is a place for one.
    void add(std::string path, std::shared_ptr<void> keep, std::function<void(release_result)> done,
             note_place note = {});

    void on_connected();
    void end();

    [[nodiscard]] std::size_t pending() const noexcept { return pending_.size(); }

private:
    struct obligation {
        std::string path;
        std::shared_ptr<void> keep;
        std::function<void(release_result)> done;
        note_place note;
        backoff delays{std::chrono::milliseconds(20), std::chrono::seconds(5)};
        bool in_flight = false;
        scheduled_call retry;
    };
    void attempt(std::uint64_t id);
    void attempt_with_note(std::uint64_t id, obligation& due);
    void attempted_with_note(std::uint64_t id, const std::string& directory, const multi_reply& answer);
    void attempted(std::uint64_t id, const struct reply& answer);
    void settle(std::uint64_t id, release_result result);

    session& host_;
    std::uint64_t next_id_ = 0;
    std::map<std::uint64_t, obligation> pending_;
    std::set<std::string> not_writable_;  ///< directories in which this session may note nothing
};

}  // namespace paddock::detail
