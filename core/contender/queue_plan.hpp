#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <paddock/error.hpp>

namespace paddock::detail {

enum class verdict {
    hold,       ///< it is this contender's turn
    wait,       ///< watch what `watch` says, then decide again
    absent,     ///< the own node is not there: never "first" (hazard B12)
    exhausted,  ///< the sequence counter is too near its end to be trusted (hazard A14)
    declare,    ///< write `record` if the nodes `needs` exist, then decide again
    refused,    ///< never, for the reason `why`
};

/// Whose change a waiting contender must not miss.
enum class watch_scope {
    predecessor,  ///< of one node: its end, or its grant where grants are written
    directory,    ///< of any contender that leaves or comes, and of the directory's record
    record,       ///< of the directory's record alone
};

/// What a decision is made from: one listing of the directory.
struct queue_view {
    std::string_view own;  ///< the own node's name
    const std::vector<std::string>& children;
    std::string_view record;  ///< the directory's data, if the recipe reads it
};

/// What a contender does next.
struct queue_plan {
    verdict what = verdict::absent;
    std::string predecessor;  ///< name of the nearest contender that this one waits for
    std::size_t ahead = 0;    ///< contenders before this one
    bool adjacent = false;    ///< for `wait`: nobody is between the predecessor and this one
    bool lone =
        false;  ///< for `wait`: nobody but the predecessor is before this one, nor can come to block it
    std::size_t foreign = 0;  ///< children that are no contenders of this recipe
    watch_scope watch = watch_scope::predecessor;
    std::string record;  ///< what to write, for `declare`, on top of what was read
    error_code why;      ///< for `refused`
    /// For `hold`: contenders behind this one that may have been granted before the record was changed. If one of them
    /// was, this one would be too many.
    std::vector<std::string> doubtful = {};
    /// For `declare`: contenders without whom the record is not to be. If this one is among them, the write is its grant.
    std::vector<std::string> needs = {};
    friend bool operator==(const queue_plan&, const queue_plan&) = default;
};

/// One contender in a listing.
struct queue_entry {
    std::string name;
    std::string_view kind;  ///< "lock", "read", ...
    std::int32_t sequence = 0;
    std::uint32_t permits = 1;
    bool holds = false;
    friend bool operator==(const queue_entry&, const queue_entry&) = default;
};

/// The contenders of a directory in queue order, from its children and its record. Pure.
using queue_order = std::function<std::vector<queue_entry>(const std::vector<std::string>& children,
                                                           std::string_view record)>;

/// A recipe's decision. Pure.
using plan_function = std::function<queue_plan(const queue_view&)>;

}  // namespace paddock::detail
