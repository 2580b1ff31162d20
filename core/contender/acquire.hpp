#pragma once

#include <paddock/lease.hpp>

#include "core/operation.hpp"

namespace paddock::detail {

/// An acquire under way, whatever it takes. It runs to its end in the background even when its caller has given up,
/// because what it created must be found and deleted; the session's end bounds that.
class acquire_operation : public operation<lease> {
public:
    using operation<lease>::operation;
    /// Starts it, on core's executor.
    virtual void start() = 0;
};

}  // namespace paddock::detail
