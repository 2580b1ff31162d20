#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <paddock/fencing_token.hpp>

#include "core/session/session.hpp"

namespace paddock::detail {

/// A node that stands for a contender in a queue of one session. Dropping it deletes the node.
struct joined_node {
    std::shared_ptr<session> home;
    std::string path;
    std::string data;     ///< as stored
    fencing_token token;  ///< of its grant; until then its czxid
    budget_share share;
    watch_ticket own_watch;             ///< on `path`, while waiting
    std::uint64_t epoch = 0;            ///< connection on which `children` was read
    std::vector<std::string> children;  ///< of the directory; empty if it must be read again
    std::string record;                 ///< the directory's data, read with them
    std::int32_t record_version = 0;
    std::int64_t record_since = 0;  ///< zxid of its last change
    std::optional<std::int32_t>
        note_over;                   ///< version of the directory's data that a departure note may replace
    note_place note;                 ///< where its deletion is noted
    std::shared_ptr<void> presence;  ///< let go when it has been deleted, or nobody waits for that any more

    joined_node() = default;
    joined_node(joined_node&&) = default;
    joined_node& operator=(joined_node&&) = delete;  // an assignment would lose the node it had
    ~joined_node();

    /// Its room too, which an assignment of {} would keep.
    void forget_children() { std::vector<std::string>().swap(children); }
};

}  // namespace paddock::detail
