#include "core/local_queue/local_attempt.hpp"

#include <utility>

#include "core/contender/contender.hpp"
#include "core/local_queue/local_queue.hpp"

namespace paddock::detail {

local_attempt::local_attempt(std::shared_ptr<client_core> core, std::shared_ptr<local_queue> place,
                             std::shared_ptr<const contender_settings> queue, bool may_queue, sink_type sink)
    : acquire_operation(core->world(), std::move(sink)),
      core_(std::move(core)),
      place_(std::move(place)),
      queue_(std::move(queue)),
      may_queue_(may_queue) {}

void local_attempt::start() {
    core_->admit(shared_from_this());
    if (!finished()) place_->enter(std::static_pointer_cast<local_attempt>(shared_from_this()));
}

void local_attempt::give_up(error_code ec) {
    const auto self = shared_from_this();
    acquire_operation::give_up(ec);
    place_->withdraw(*this);
    if (alone_) std::exchange(alone_, nullptr)->give_up(ec);
}

error_code local_attempt::deadline_error() const {
    if (alone_) return alone_->deadline_error();
    return place_->heard() ? make_error_code(errc::timed_out) : acquire_operation::deadline_error();
}

void local_attempt::report_position(std::size_t ahead) {
    if (!queue_->on_position || std::exchange(position_, ahead) == ahead) return;
    core_->handlers()([told = queue_, ahead] { told->on_position(ahead); });
}

void local_attempt::try_alone() {
    const std::vector<std::shared_ptr<const contender_settings>> queues = {queue_};
    alone_ = std::make_shared<contender>(
        core_, queues, false,
        [self = std::static_pointer_cast<local_attempt>(shared_from_this())](error_code ec, lease held) {
            self->alone_ = nullptr;
            self->finish(ec, std::move(held));
        });
    const auto started = alone_;
    started->start();
}

}  // namespace paddock::detail
