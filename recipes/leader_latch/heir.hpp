#pragma once

#include <memory>
#include <string>

#include "recipes/leader_latch/leader_core.hpp"

namespace paddock::detail {

/// The heir's side of a hand-over: while its latch waits, looks whether the directory's data name the latch's own node.
/// Every latch behind the leader watches, because the second in the queue does not learn that it is the second.
class heir_watch final : public operation<bool> {
public:
    explicit heir_watch(std::shared_ptr<leader_core> core);

    /// On core's executor.
    void start();
    /// The latch has a node, another one, or none any more.
    void look_again();

private:
    static asio::awaitable<void> run(std::shared_ptr<heir_watch> self);
    asio::awaitable<void> look(std::shared_ptr<session> home);
    [[nodiscard]] bool waits() const;
    void tell();

    const std::shared_ptr<leader_core> core_;
    std::string told_;  ///< the node that was named
    bool woken_ = false;
};

/// Says "ready" for the latch's node: sets its data again. Ends when that is done, or the node is gone.
class heir_answer final : public operation<bool> {
public:
    heir_answer(std::shared_ptr<leader_core> core, std::string node);
    void start();

private:
    static asio::awaitable<void> run(std::shared_ptr<heir_answer> self);

    const std::shared_ptr<leader_core> core_;
    const std::string node_;  ///< its name
};

}  // namespace paddock::detail
