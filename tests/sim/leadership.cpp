#include "tests/sim/leadership.hpp"

#include <utility>

namespace paddock::testing {

namespace {

detail::boot_time round_up(detail::boot_time when, std::chrono::nanoseconds tick) {
    if (tick.count() == 0) return when;
    const auto rest = when.time_since_epoch() % tick;
    return rest.count() == 0 ? when : when + (tick - rest);
}

}  // namespace

sim_leadership::sim_leadership(virtual_environment& world, const sim_tree& agreed,
                               const std::chrono::nanoseconds& tick, std::function<void(std::int64_t)> expire)
    : proposed(agreed), world_(world), tick_(tick), expire_(std::move(expire)) {}

void sim_leadership::add(std::int64_t id, std::chrono::milliseconds timeout, server_number owner) {
    session made;
    made.timeout = timeout;
    made.owner = owner;
    sessions_.insert_or_assign(id, std::move(made));
    touch(id);
}

sim_leadership::session* sim_leadership::find(std::int64_t id) {
    const auto found = sessions_.find(id);
    return found == sessions_.end() || found->second.closing ? nullptr : &found->second;
}

void sim_leadership::touch(std::int64_t id) {
    session* const whose = find(id);
    if (whose == nullptr) return;
    whose->last_touch = world_.now();
    if (!whose->expiry) watch_expiry(id);
}

void sim_leadership::watch_expiry(std::int64_t id) {
    session& whose = sessions_.at(id);
    const auto due = round_up(saturating_add(whose.last_touch, whose.timeout), tick_);
    if (due <= world_.now()) {
        const auto expire = expire_;  // it may end the leadership, and this object with it
        return expire(id);
    }
    whose.expiry = world_.call_at(due, [this, id] { watch_expiry(id); });
}

void sim_leadership::close(std::int64_t id) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return;
    found->second.closing = true;
    found->second.expiry.reset();
}

}  // namespace paddock::testing
