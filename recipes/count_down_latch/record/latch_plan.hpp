#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <paddock/count_down_latch.hpp>

#include "recipes/count_down_latch/record/latch_record.hpp"

namespace paddock::detail {

/// What one operation wants, and what it has come to know on the way.
struct latch_request {
    latch_verb what = latch_verb::count;
    std::int64_t declared = 0;  ///< initial count
    std::int64_t value = 0;     ///< of a reset
    std::string id;             ///< of a change, random

    /// A latch as it was: its node, and how often that had been written or reset.
    struct moment {
        std::int64_t node = 0;  ///< czxid
        std::int32_t version = 0;
        std::int64_t round = 0;
    };
    /// A change went out on top of this, and no answer came.
    std::optional<moment> doubt;
    /// What a waiter saw first.
    std::optional<moment> since;
};

/// The node as it was read.
struct latch_view {
    bool missing = false;
    std::optional<latch_record> record;  ///< nothing: the data is something else
    std::int64_t node = 0;               ///< czxid
    std::int32_t version = 0;
    bool fresh = false;  ///< not older than the operation
};

struct latch_step {
    enum class kind {
        done,      ///< with `result`
        write,     ///< `next`, on top of the version that was read
        create,    ///< the node, with `next`
        wait,      ///< for the node's next change
        look,      ///< read again, behind a quorum write: the answer would rest on what may be old
        conflict,  ///< the node belongs to another latch
        unknown,   ///< nobody can tell any more whether the change was made
    };
    kind what = kind::look;
    std::int64_t result = 0;
    latch_record next = {};
};

/// Pure. A change is made on top of one version, so at most one change follows each version, and its id stays in the
/// record while `changes_kept` others are made: who finds a later version without its id has not made it, and never
/// will. That makes every change happen at most once, and once if it is reported, across sessions too.
latch_step plan_latch(const latch_request& asked, const latch_view& seen);

}  // namespace paddock::detail
