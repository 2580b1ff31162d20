#pragma once

#include <vector>

#include <paddock/claim.hpp>

namespace paddock {

/// Several claims held together: all or nothing, under one deadline, as one lease that is lost as a whole.
///
/// All contenders are created in one write, so any two multi-locks have the same order in every queue that they share:
/// they cannot wait for each other in a circle, whatever the order in which their claims are given. It waits in all
/// queues at once, and what it gets first it keeps while it waits for the rest.
///
/// The lease's `parts()` are in the order of the claims, each with its token; `fencing_token()` is that of the first. A
/// `transaction` with this lease is guarded by all parts.
///
/// Costs: uncontended one multi, one getChildren a claim and one exists a claim in two network waits, then one multi.
/// Thread-safe; construction does no I/O.
class PADDOCK_EXPORT multi_lock : public claim {
public:
    /// Mutexes, read or write sides, permits: of one client, at most 64, no two of one directory.
    /// Throws `argument_error`.
    explicit multi_lock(const std::vector<claim>& claims);
};

}  // namespace paddock
