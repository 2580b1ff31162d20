#pragma once

#include <cstdint>
#include <string>

#include <paddock/claim.hpp>

namespace paddock {

struct curator_semaphore_options {
    /// How many permits there are; 1 to 1,000,000. It is stored nowhere: every program, of whatever language, has to say
    /// the same, and one that says more gets more.
    std::uint32_t limit = 0;
    std::string purpose = {};  ///< as for `mutex`
};

/// Permits shared with Curator's `InterProcessSemaphoreV2`, in its layout; each acquire is for one permit. Among programs of
/// Paddock alone use `semaphore`: it has weighted requests, a limit that is stored and can be changed, and half the cost.
///
/// An acquire takes a mutex (`<directory>/locks`), creates its lease (`<directory>/leases`) and waits, with the mutex, until
/// there are no more leases than permits: who waits is served in the order of the mutex. Cannot be part of a `multi_lock`.
///
/// A single try is refused also while another acquire is under way. Token: czxid of the lease's node; grants are in its
/// order. Several hold at once: use it to tell grants apart.
///
/// Costs: acquire uncontended two create2 and two getChildren in two network waits, and one delete in the background;
/// release one delete, which wakes the one who has the mutex. Thread-safe.
class PADDOCK_EXPORT curator_semaphore : public claim {
public:
    /// The directories are created when first needed, as containers. Throws `argument_error`.
    curator_semaphore(client& on, std::string directory, curator_semaphore_options options);
};

}  // namespace paddock
