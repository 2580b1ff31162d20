#include "core/session/lease_check.hpp"

#include <utility>

#include "core/retry.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {

lease_check::lease_check(std::shared_ptr<session> home, std::shared_ptr<lease_core> held, sink_type sink)
    : operation(home->world(), std::move(sink)), home_(std::move(home)), held_(std::move(held)) {}

void lease_check::start() {
    expire_at(saturating_add(world_.now(), home_->clock()->timing().timeout));
    auto self = std::static_pointer_cast<lease_check>(shared_from_this());
    drive(run(std::move(self)));
}

asio::awaitable<void> lease_check::run(std::shared_ptr<lease_check> self) {
    for (;;) {  // ends by an answer, the deadline, or with the session
        const bool connected = co_await self->home_->wait_connected(*self);
        if (self->given_up) co_return;
        if (!connected || self->held_->state() == lease_state::lost) {
            self->finish({}, false);
            co_return;
        }
        const std::vector<multi_op> ops = checks_of(*self->held_);
        const auto epoch = self->home_->clock()->epoch();
        const mailbox<multi_reply> checked(self->world_.executor());
        self->home_->multi(ops, checked.sink());
        const multi_reply answer = co_await checked.take();
        if (worth_retrying(answer)) {
            if (self->home_->asks_for_pause(answer)) co_await self->pause(refused_delay);
            continue;
        }
        const bool exists = !answer.ec;
        const bool missing = is_code(answer.ec, server_errc::no_node);
        if (exists) self->home_->leases().found(self->held_, epoch);
        if (missing) self->home_->leases().missing(self->held_);
        const bool still = exists && self->held_->state() != lease_state::lost;
        self->finish(exists || missing ? error_code() : answer.ec, still);
        co_return;
    }
}

}  // namespace paddock::detail
