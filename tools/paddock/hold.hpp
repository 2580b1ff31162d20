#pragma once

#include <chrono>
#include <functional>

#include <paddock/leader_latch.hpp>
#include <paddock/lease.hpp>

namespace paddock::tool {

/// What a command runs under, as its guard sees it. Never goes back from lost.
class hold {
public:
    hold() = default;
    hold(const hold&) = delete;
    hold& operator=(const hold&) = delete;
    virtual ~hold() = default;

    [[nodiscard]] virtual const char* name() const = 0;  ///< for messages: "the lock"
    [[nodiscard]] virtual lease_state state() const = 0;
    [[nodiscard]] virtual std::chrono::milliseconds remaining() const = 0;  ///< as `lease::remaining`
    [[nodiscard]] virtual const char* why_lost() const = 0;
    [[nodiscard]] virtual subscription on_state_change(std::function<void(lease_state)> handler) = 0;
};

/// `held` must live on.
class lease_hold final : public hold {
public:
    explicit lease_hold(lease& held) : lease_(held) {}
    [[nodiscard]] const char* name() const override { return "the lock"; }
    [[nodiscard]] lease_state state() const override { return lease_.state(); }
    [[nodiscard]] std::chrono::milliseconds remaining() const override { return lease_.remaining(); }
    [[nodiscard]] const char* why_lost() const override;
    [[nodiscard]] subscription on_state_change(std::function<void(lease_state)> handler) override {
        return lease_.on_state_change(std::move(handler));
    }

private:
    lease& lease_;
};

/// One term of a latch, which must live on. That a term is suspect shows in what remains of it only.
class term_hold final : public hold {
public:
    term_hold(const leader_latch& latch, leader_term term) : latch_(latch), term_(std::move(term)) {}
    [[nodiscard]] const char* name() const override { return "leadership"; }
    [[nodiscard]] lease_state state() const override {
        const bool over = term_.ended.stop_requested() || !latch_.leads();
        return over ? lease_state::lost : lease_state::held;
    }
    [[nodiscard]] std::chrono::milliseconds remaining() const override { return latch_.remaining(); }
    [[nodiscard]] const char* why_lost() const override { return "the term is over"; }
    /// The latch tells of the end itself.
    [[nodiscard]] subscription on_state_change(std::function<void(lease_state)>) override { return {}; }

private:
    const leader_latch& latch_;
    const leader_term term_;
};

}  // namespace paddock::tool
