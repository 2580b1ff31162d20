#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <paddock/lease.hpp>

#include "core/environment.hpp"
#include "core/lease_core.hpp"
#include "core/shared_place.hpp"

namespace paddock::detail {

/// A place that the servers granted, and the turns at it: one at a time. Not thread-safe.
class kept_place {
public:
    kept_place(std::shared_ptr<lease_core> keeper, boot_time granted_at)
        : keeper_(std::move(keeper)), granted_at_(granted_at) {}

    [[nodiscard]] const std::shared_ptr<lease_core>& keeper() const noexcept { return keeper_; }
    [[nodiscard]] boot_time granted_at() const noexcept { return granted_at_; }
    /// As far as its client can tell: what its holder may believe is what the next one may (session_clock).
    [[nodiscard]] bool held() const { return keeper_->state() == lease_state::held; }
    [[nodiscard]] bool taken() const noexcept { return taken_; }
    [[nodiscard]] bool used() const noexcept { return begun_ > 0; }
    [[nodiscard]] std::size_t passed_on() const noexcept { return passed_on_; }
    /// Not behind a turn that has left a write on its way.
    [[nodiscard]] bool can_begin_turn() const;
    [[nodiscard]] bool is_turn(const lease_core& held) const noexcept { return turn_.lock().get() == &held; }
    [[nodiscard]] std::shared_ptr<lease_core> turn() const noexcept { return turn_.lock(); }

    lease begin_turn(std::shared_ptr<shared_place> of);
    void end_turn(lease_core& turn);
    void count_passing_on() noexcept { ++passed_on_; }

private:
    std::shared_ptr<lease_core> keeper_;
    boot_time granted_at_;
    std::weak_ptr<lease_core> turn_;
    bool taken_ = false;
    bool written_ = false;     ///< perhaps, after the last turn
    std::uint32_t begun_ = 0;  ///< turns
    std::size_t passed_on_ = 0;
};

}  // namespace paddock::detail
