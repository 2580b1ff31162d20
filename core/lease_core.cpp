#include "core/lease_core.hpp"

#include <utility>
#include <vector>

#include <glog/logging.h>

#include "core/session/lease_check.hpp"
#include "core/session/session.hpp"

namespace paddock::detail {
namespace {

lease_core::identity with_token(lease_core::identity who, fencing_token token) {
    who.parts.front().token = token;
    return who;
}

}  // namespace

lease_core::lease_core(identity who, std::shared_ptr<session_clock> clock, std::weak_ptr<session> home,
                       std::shared_ptr<const lease_context> context)
    : who_(std::move(who)),
      clock_(std::move(clock)),
      home_(std::move(home)),
      context_(std::move(context)),
      mark_(std::make_shared<lease_mark>()) {
    mark_->verified_on = who_.epoch;
}

lease_core::lease_core(const lease_core& keeper, fencing_token token, std::shared_ptr<shared_place> place)
    : who_(with_token(keeper.who_, token)),
      keeper_(&keeper),
      clock_(keeper.clock_),
      home_(keeper.home_),
      context_(keeper.context_),
      mark_(keeper.mark_),
      place_(std::move(place)) {}

lease_state lease_core::state() {
    const bool lost = over_ || context_->entrance->in_other_process();
    return lost ? lease_state::lost : clock_->judge(*mark_);
}

loss_reason lease_core::reason() {
    return context_->entrance->in_other_process() ? loss_reason::client_closed : clock_->reason(*mark_);
}

std::chrono::nanoseconds lease_core::remaining() {
    return context_->entrance->in_other_process() ? std::chrono::nanoseconds::zero()
                                                  : clock_->remaining(*mark_);
}

// What the caller reads next is what was told last: of any change after that it will be told.
std::shared_ptr<void> lease_core::subscribe(std::function<void(lease_state)> handler) {
    auto added = std::make_shared<listener>(listener{std::move(handler)});
    if (context_->entrance->in_other_process()) return added;
    announce();
    const std::lock_guard lock(guard_);
    listeners_.remove_if([](const auto& known) { return known.expired(); });
    listeners_.emplace_back(added);
    return added;
}

// Any thread; posted under the lock, so that the calls keep the order of the changes.
lease_state lease_core::announce() {
    const std::lock_guard lock(guard_);
    const lease_state now = state();
    if (over_ || announced_ == lease_state::lost) return now;  // a turn that is over lost nothing
    const bool news = std::exchange(announced_, now) != now;
    if (keeps_) {  // the turn knows what it has been told itself
        if (const auto place = kept_.lock()) place->on_change(*this, now);
        return now;
    }
    if (!news) return now;
    if (now == lease_state::lost) {
        // A lease that its own client gives up at close is nobody's accident.
        const bool accident = reason() != loss_reason::client_closed;
        LOG_IF(WARNING, accident) << "paddock: session 0x" << std::hex << who_.session_id << std::dec
                                  << " lost the lease of " << who_.nodes.front() << "; its holder must stop";
        LOG_IF(FATAL, accident && context_->policy == loss_policy::terminate)
            << "paddock: loss_policy::terminate";
        context_->signals([stop = lost_]() mutable { stop.request_stop(); });
    }
    if (listeners_.empty()) return now;
    context_->handlers(
        [self = shared_from_this(), told = std::vector(listeners_.begin(), listeners_.end()), now] {
            for (const auto& waiting : told) {
                const auto known = waiting.lock();
                if (known && !self->silent_) known->handler(now);
            }
        });
    return now;
}

void lease_core::keep(std::weak_ptr<shared_place> place) {
    const std::lock_guard lock(guard_);
    kept_ = std::move(place);
    keeps_ = true;
}

std::optional<release_result> lease_core::release_at_once() {
    if (!place_ || context_->entrance->in_other_process()) return std::nullopt;
    return place_->leave_at_once(*this);
}

error_code lease_core::release(std::function<void(error_code, release_result)> done) {
    return context_->entrance->post([self = shared_from_this(), done = std::move(done)] {
        if (self->place_)
            return self->place_->leave(self, [done](release_result result) { done({}, result); });
        const auto home = self->home_.lock();
        if (!home || home->ended()) return done({}, release_result::already_lost);
        home->leases().release(self, [done](release_result result) { done({}, result); });
    });
}

error_code lease_core::check(std::function<void(error_code, bool)> done) {
    return context_->entrance->post([self = shared_from_this(), done = std::move(done)] {
        const auto home = self->home_.lock();
        if (!home || home->ended()) return done({}, false);
        std::make_shared<lease_check>(home, self, done)->start();
    });
}

}  // namespace paddock::detail
