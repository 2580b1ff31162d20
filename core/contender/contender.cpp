#include "core/contender/contender.hpp"

#include <utility>

#include <glog/logging.h>

#include "core/contender/outcome.hpp"

namespace paddock::detail {

joined_node::~joined_node() {
    if (!home) return;
    // The watch goes after the node: then it has fired, and costs no removal.
    using kept = std::pair<budget_share, watch_ticket>;
    auto keep = std::make_shared<kept>(std::move(share), std::move(own_watch));
    home->obligations().add(std::move(path), std::move(keep), {});
}

contender::contender(std::shared_ptr<client_core> core, std::shared_ptr<const contender_settings> settings,
                     bool may_queue, sink_type sink)
    : operation<lease>(core->world(), std::move(sink)),
      core_(std::move(core)),
      settings_(std::move(settings)),
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
    joined_node mine;
    error_code ec = co_await join(home, mine);
    if (!ec) ec = co_await wait_for_turn(mine);
    if (given_up) co_return next::stop;
    if (!ec) co_return grant(mine) ? next::granted : next::stop;
    if (is_rejoin(ec)) {
        VLOG(1) << "paddock: session 0x" << std::hex << home->id() << std::dec << " lost its place in "
                << settings_->directory << " (" << ec.message() << "); joining again at the end of the queue";
        co_return next::again;
    }
    finish(ec, lease());
    co_return next::stop;
}

bool contender::grant(joined_node& mine) {
    const auto home = std::exchange(mine.home, nullptr);
    lease_core::identity who;
    who.node = mine.path;
    who.shown = core_->options().prefix.inside(mine.path);
    who.token = fencing_token(mine.node.czxid);
    who.session_id = home->id();
    who.epoch = mine.epoch;
    auto granted = std::make_shared<lease_core>(std::move(who), home->clock(), home, core_->leases());
    home->leases().hold(granted, std::move(mine.share));
    return finish({}, lease(std::move(granted)));
}

asio::awaitable<void> contender::back_off() {
    const auto delay = delays_.next(world_.random_unit());
    co_await pause(delay);
}

}  // namespace paddock::detail
