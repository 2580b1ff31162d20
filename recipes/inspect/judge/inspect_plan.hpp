#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <paddock/inspect.hpp>

#include "core/contender/queue_plan.hpp"

namespace paddock::detail {

/// A node as it was read.
struct directory_view {
    const std::vector<std::string>& children;
    std::string_view data;
    bool plain = false;  ///< not ephemeral, and never had children
};

/// What a directory is, and who is in it.
struct directory_finding {
    directory_report report;           ///< but for path and contenders
    std::vector<queue_entry> entries;  ///< names relative to the directory
};

/// Pure. A record that only one recipe writes decides; else the names of the children, those of the kind that has most of
/// them; else, for nodes without either, that a closed barrier is such a node. Never throws: names and data may come
/// from anybody.
directory_finding judge_directory(const directory_view& seen);

/// The contenders of what may be a Curator semaphore, from its children and those of its two directories; unless they
/// show that it is none.
void judge_curator(const std::vector<std::string>& children, const std::vector<std::string>& leases,
                   const std::vector<std::string>& locks, directory_finding& found);
/// The contenders of a Curator semaphore.
std::vector<queue_entry> curator_semaphore_queue(const std::vector<std::string>& leases,
                                                 const std::vector<std::string>& locks);

/// Where a Curator semaphore keeps its leases, and the mutex in front of them.
inline constexpr std::string_view curator_leases = "leases";
inline constexpr std::string_view curator_locks = "locks";

}  // namespace paddock::detail
