#pragma once

#include <chrono>
#include <cstddef>

namespace paddock {

/// How the threads and coroutines of one client share its place in the queue of a lock: the client queues once for all of
/// them, and a release passes the lock on to the next of them without a server. Those with the same path, purpose and
/// sharing options share. Leases that follow each other at one place have the czxid of its node in common; their tokens
/// are told apart by `fencing_token::local`.
///
/// Fairness: after `turns` hand-overs, or when `time` has passed since the servers granted the place, it is given back
/// and the client queues anew behind the others. So it is when it is in doubt, and behind a guarded write that has not
/// been answered yet.
///
/// A single try (`try_acquire`) that finds a place of its client held, or in the queue, fails without a request; else it
/// asks the servers for itself. A `multi_lock`'s parts and read-write locks share nothing. Any thread may take part; after
/// `fork` the child has no part in it.
struct sharing_options {
    /// 0: a release passes nothing on; without `linger` every acquire has a contender of its own.
    std::size_t turns = 100;
    std::chrono::milliseconds time{50};  ///< above 0, up to one hour
    /// How long the place is kept when nobody here wants it, so that the next acquire here costs nothing; a contender
    /// of anybody else ends that at once, as does the end of the last mutex object and lease of the place. Cost: one
    /// getChildren with watch per grant of the servers, and its removal. 0 (off) to one hour.
    std::chrono::milliseconds linger{0};

    friend auto operator<=>(const sharing_options&, const sharing_options&) = default;
};

}  // namespace paddock
