#pragma once

#include <memory>
#include <utility>

namespace paddock {

/// Keeps a handler registered; destroying or resetting it unregisters. A call that has already been handed to
/// the handler's executor may still arrive afterwards. Move-only, may outlive what it came from.
class [[nodiscard]] subscription {
public:
    subscription() noexcept = default;
    explicit subscription(std::shared_ptr<void> registration) noexcept
        : registration_(std::move(registration)) {}
    subscription(subscription&&) noexcept = default;
    subscription& operator=(subscription&&) noexcept = default;
    void reset() noexcept { registration_.reset(); }

private:
    std::shared_ptr<void> registration_;
};

}  // namespace paddock
