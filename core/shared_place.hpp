#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <paddock/lease.hpp>

namespace paddock::detail {

class lease_core;

/// A place in a queue that one lease keeps at the servers and others take turns at.
class shared_place {
public:
    virtual ~shared_place() = default;

    /// `held` gives up its turn, if that takes nobody's consent. Any thread.
    virtual std::optional<release_result> leave_at_once(lease_core& held) = 0;
    /// The same whatever it takes, on core's executor.
    virtual void leave(const std::shared_ptr<lease_core>& held, std::function<void(release_result)> done) = 0;
    /// The state of the lease that keeps the place may have changed. On core's executor.
    virtual void on_change(const lease_core& keeper, lease_state now) = 0;
};

}  // namespace paddock::detail
