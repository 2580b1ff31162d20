#include "core/contender/contender.hpp"

#include <utility>

#include <glog/logging.h>

#include "core/contender/grant.hpp"
#include "core/contender/outcome.hpp"

namespace paddock::detail {

contender::contender(std::shared_ptr<client_core> core, std::vector<settings_ptr> queues, bool may_queue,
                     sink_type sink)
    : acquire_operation(core->world(), std::move(sink)),
      core_(std::move(core)),
      queues_(std::move(queues)),
      may_queue_(may_queue) {}

void contender::start() {
    core_->admit(shared_from_this());
    if (finished()) return;
    auto self = std::static_pointer_cast<contender>(shared_from_this());
    drive(run(std::move(self)));
}

asio::awaitable<void> contender::run(std::shared_ptr<contender> self) {
    for (;;) {  // ends by a grant, a final error, or when the caller has given up
        const auto home = co_await self->core_->usable_session(*self);
        if (!home) co_return;
        const next then = co_await self->compete(home);
        if (then != next::again || self->given_up) co_return;
        co_await self->back_off();
    }
}

asio::awaitable<contender::next> contender::compete(std::shared_ptr<session> home) {
    nodes mine;
    queue_join join(*this, queues_);
    error_code ec = co_await join.run(home, mine);
    for (joined_node& node : mine) node.presence = presence_;
    if (!ec) delays_.reset();
    if (!ec) ec = co_await wait_for_turns(mine);
    if (given_up) co_return next::stop;
    if (!ec) co_return grant(mine) ? next::granted : next::stop;
    if (is_rejoin(ec)) {
        VLOG(1) << "paddock: session 0x" << std::hex << home->id() << std::dec << " lost its place in "
                << queues_.front()->directory << " (" << ec.message()
                << "); joining again at the end of the queue";
        co_return next::again;
    }
    finish(ec, lease());
    co_return next::stop;
}

asio::awaitable<error_code> contender::wait_for_turns(nodes& mine) {
    queue_turns turns(*this, queues_, may_queue_, mine, core_->handlers());
    co_return co_await turns.come();
}

bool contender::grant(nodes& mine) {
    lease granted = grant_lease(*core_, queues_, mine);
    return finish({}, std::move(granted));
}

asio::awaitable<void> contender::back_off() {
    const auto delay = delays_.next(world_.random_unit());
    co_await pause(delay);
}

}  // namespace paddock::detail
