#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/client_core.hpp"
#include "core/contender/acquire.hpp"
#include "core/contender/queue_join.hpp"
#include "core/contender/queue_turns.hpp"

namespace paddock::detail {

/// The one acquire machine of every queue-shaped recipe: join, decide, wait, and on every way out but a grant a
/// delete obligation (design 5, "Contender"). With several queues it joins all in one write and has all of them or none:
/// since any two are then in the same order wherever they meet, they cannot wait for each other in a circle.
class contender final : public acquire_operation {
public:
    contender(std::shared_ptr<client_core> core, std::vector<settings_ptr> queues, bool may_queue,
              sink_type sink);

    void start() override;
    /// Holds `token` while a node of it is there, also as a lease: until they are deleted, a server has refused that, or
    /// their session is over. For who must know that it has left. A twin that a server makes late, of a create
    /// that was given up for lost, is deleted when it turns up, without the token. To be called before the start.
    void hold_while_there(std::shared_ptr<void> token) noexcept { presence_ = std::move(token); }

private:
    enum class next { granted, again, stop };
    using nodes = std::vector<joined_node>;

    static asio::awaitable<void> run(std::shared_ptr<contender> self);
    asio::awaitable<next> compete(std::shared_ptr<session> home);
    asio::awaitable<error_code> wait_for_turns(nodes& mine);
    bool grant(nodes& mine);
    asio::awaitable<void> back_off();

    std::shared_ptr<void> presence_;
    const std::shared_ptr<client_core> core_;
    const std::vector<settings_ptr> queues_;
    const bool may_queue_;
    backoff delays_{std::chrono::milliseconds(10), std::chrono::seconds(2)};
};

}  // namespace paddock::detail
