#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/round_operation.hpp"
#include "recipes/leader/term/latch_state.hpp"

namespace paddock::detail {

/// Tells the user of an heir that it is one; what it is told is the way to say that it is ready.
using heir_teller = teller<std::function<void()>>;

/// The heir's side of a hand-over: while its latch waits, looks whether the directory's data name the latch's own node.
/// Every latch behind the leader watches, because the second in the queue does not learn that it is the second.
class heir_watch final : public round_operation<bool> {
public:
    heir_watch(std::shared_ptr<latch_state> latch, std::shared_ptr<heir_teller> to);

    /// The latch has a node, another one, or none any more.
    void look_again();

private:
    asio::awaitable<void> round(std::shared_ptr<session> home) override;
    [[nodiscard]] bool waits() const { return !latch_->own_node.empty(); }
    void tell();

    const std::shared_ptr<latch_state> latch_;
    const std::shared_ptr<heir_teller> to_;
    std::string told_;  ///< the node that was named
    bool woken_ = false;
};

/// Says "ready" for the latch's node: sets its data again. Ends when that is done, or the node is gone.
class heir_answer final : public round_operation<bool> {
public:
    heir_answer(std::shared_ptr<latch_state> latch, std::string node);

private:
    asio::awaitable<void> round(std::shared_ptr<session> home) override;

    const std::shared_ptr<latch_state> latch_;
    const std::string node_;  ///< its name
};

}  // namespace paddock::detail
