// A place that is kept although nobody here uses it: until somebody elsewhere wants it, or the time is over.
#include <utility>

#include "core/local_queue/local_queue.hpp"
#include "core/path.hpp"

namespace paddock::detail {

void local_queue::linger() {
    if (!others_) watch_others();
    if (!timer_) look_at_time();
}

bool local_queue::keeps(const std::weak_ptr<lease_core>& keeper) const {
    return !places_.empty() && places_.begin()->second.keeper() == keeper.lock();
}

// Any change of the directory ends it, whatever that was: nobody there is kept waiting for a second look.
void local_queue::watch_others() {
    const auto keeper = places_.begin()->second.keeper();
    const auto home = keeper->home();
    if (!home) return;
    const auto ends = [weak = weak_from_this(), kept = std::weak_ptr(keeper)] {
        const auto self = weak.lock();
        if (self && self->keeps(kept)) self->end_lingering();
    };
    others_ = home->watch_children(
        queue_->directory, ends,
        [weak = weak_from_this(), kept = std::weak_ptr(keeper), ends](const children_reply& seen) {
            const auto self = weak.lock();
            if (!self) return;
            const bool alone = !seen.ec && seen.names.size() == 1 && self->keeps(kept) &&
                               seen.names.front() == name_of(kept.lock()->who().nodes.front());
            if (!alone) return ends();
            const lock guard(self->guard_);
            self->watching_ = self->others_ != nullptr;
        });
}

void local_queue::look_at_time() {
    environment& world = client_->world();
    boot_time end{};
    {
        const lock guard(guard_);
        const bool taken = places_.begin()->second.taken();
        end = (taken ? world.now() : free_since_) + sharing_.options.linger;
    }
    if (end <= world.now()) return end_lingering();
    timer_ = world.call_at(end, [this] { look_at_time(); });
}

void local_queue::end_lingering() {
    lock guard(guard_);
    wanted_ = true;
    if (places_.empty() || places_.begin()->second.taken()) return stop_lingering();
    give_back(std::move(guard), places_.begin(), {});
}

void local_queue::stop_lingering() {
    watching_ = false;
    others_.reset();
    timer_.reset();
}

}  // namespace paddock::detail
