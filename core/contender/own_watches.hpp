#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "core/backoff.hpp"
#include "core/contender/joined_node.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

/// Watches all nodes of a contender while it waits, so that it learns that somebody has deleted one of them, whichever
/// queue it waits in (hazard B13).
class own_watches {
public:
    own_watches(operation_base& whom, std::vector<joined_node>& mine);

    /// Sets what is missing: at the first call all of them.
    void arm();
    /// One of the nodes may be gone, since the last `arm`.
    [[nodiscard]] bool fired() const noexcept { return state_->fired; }

private:
    struct state {
        bool fired = false;
        std::vector<bool> due;  // one a node
        backoff delays{std::chrono::milliseconds(10), std::chrono::seconds(2)};
        std::vector<scheduled_call> look_again;  // one a node, when it could not be watched
    };
    void watch(std::size_t which);
    [[nodiscard]] std::function<void()> rouse(std::size_t which) const;

    operation_base& whom_;
    std::vector<joined_node>& mine_;
    const std::shared_ptr<state> state_ = std::make_shared<state>();  // callbacks may outlive this
};

}  // namespace paddock::detail
