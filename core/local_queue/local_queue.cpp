#include "core/local_queue/local_queue.hpp"

#include <algorithm>
#include <utility>

#include <paddock/deadline.hpp>

namespace paddock::detail {

local_queue::local_queue(std::shared_ptr<client_core> on, std::shared_ptr<const contender_settings> queue,
                         sharing_traits sharing)
    : client_(std::move(on)), queue_(std::move(queue)), sharing_(sharing) {}

std::shared_ptr<local_queue> local_queue::make(std::shared_ptr<client_core> on,
                                               std::shared_ptr<const contender_settings> queue,
                                               sharing_traits sharing) {
    const auto entrance = on->entrance();
    return {new local_queue(std::move(on), std::move(queue), sharing), [entrance](local_queue* ending) {
                if (entrance->in_other_process()) return;  // its locks cannot be relied upon there
                if (!entrance->post([ending] { delete ending; })) return;  // it may be gone by now
                // One that its client no longer saw while it closed may have timers left, of an executor that is gone.
                const bool idle = !ending->retry_ && !ending->surplus_ && !ending->timer_;
                if (idle) delete ending;
            }};
}

local_queue::~local_queue() {
    for (const auto& [keeper, place] : places_)
        (void)place.keeper()->release([](error_code, release_result) {});
    for (const candidate& one : competing_) one.contender->give_up(boost::asio::error::operation_aborted);
}

// While the place is held its client is not closed, so its clocks can be asked.
lease local_queue::take_at_once(std::chrono::steady_clock::time_point deadline) {
    if (client_->entrance()->in_other_process()) return {};
    const lock guard(guard_);
    if (!watching_ || wanted_ || !waiting_.empty() || places_.empty()) return {};
    kept_place& place = places_.begin()->second;
    if (!place.can_begin_turn()) return {};
    const bool late = deadline != no_deadline && deadline <= client_->world().steady_now();
    return late ? lease() : place.begin_turn(shared_from_this());
}

local_queue::places::iterator local_queue::place_of(const lease_core& turn) {
    const auto found = places_.find(turn.keeper());
    return found != places_.end() && found->second.is_turn(turn) ? found : places_.end();
}

std::optional<release_result> local_queue::leave_at_once(lease_core& held_turn) {
    const lock guard(guard_);
    if (!watching_ || wanted_ || !waiting_.empty()) return std::nullopt;
    const auto place = place_of(held_turn);
    if (place == places_.end() || !place->second.held()) return std::nullopt;
    held_turn.end_turn();                          // a commit that begins after this finds it over
    if (held_turn.writing()) return std::nullopt;  // the place is given back, behind what is on its way
    place->second.end_turn(held_turn);
    free_since_ = client_->world().now();
    return release_result::confirmed;
}

void local_queue::enter(const std::shared_ptr<local_attempt>& who) {
    const bool known = heard();  // else a try asks the servers itself
    lock guard(guard_);
    // Only what lingers is ever free here, and that is exclusive.
    const bool free = sharing_.exclusive && !places_.empty() && !places_.begin()->second.taken();
    if (free && !wanted_ && waiting_.empty() && places_.begin()->second.can_begin_turn()) {
        lease turn = places_.begin()->second.begin_turn(shared_from_this());
        guard.unlock();
        who->report_position(0);
        who->finish({}, std::move(turn));
        return;
    }
    const bool taken = !free && !places_.empty();
    const bool engaged = sharing_.exclusive && known && (taken || !competing_.empty() || !waiting_.empty());
    if (who->may_queue()) waiting_.push_back(who);
    curious_ = curious_ || who->wants_position();
    if (free)  // it is wanted elsewhere, or in doubt
        give_back(std::move(guard), places_.begin(), {});
    else
        guard.unlock();
    if (who->may_queue()) {
        compete_as_needed();
        tell_positions();
    } else if (engaged) {
        who->finish(errc::timed_out, lease());
    } else {
        who->try_alone();
    }
}

void local_queue::pass_on(lock guard, kept_place& place) {
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lease turn = place.begin_turn(shared_from_this());
    const bool surplus = competing_.size() > waiting_.size();
    guard.unlock();
    environment& world = client_->world();
    if (surplus && !surplus_ && !ended_)
        surplus_ = world.call_at(world.now() + sharing_.options.time, [this] { drop_surplus(); });
    next->report_position(0);
    next->finish({}, std::move(turn));
    tell_positions();
}

void local_queue::leave(const std::shared_ptr<lease_core>& held_turn,
                        std::function<void(release_result)> done) {
    lock guard(guard_);
    const auto place = place_of(*held_turn);
    if (place == places_.end()) {
        guard.unlock();
        return done(release_result::already_lost);
    }
    place->second.end_turn(*held_turn);
    part(std::move(guard), place, std::move(done));
}

void local_queue::part(lock guard, places::iterator place, std::function<void(release_result)> done) {
    parting_view seen;
    seen.held = place->second.can_begin_turn();
    seen.waiting = waiting_.size();
    seen.turns = place->second.passed_on();
    seen.since = client_->world().now() - place->second.granted_at();
    seen.wanted = wanted_;
    switch (plan_parting(seen, sharing_.options)) {
        case parting::give_back: return give_back(std::move(guard), place, std::move(done));
        case parting::pass_on:
            place->second.count_passing_on();
            pass_on(std::move(guard), place->second);
            break;
        case parting::linger:
            free_since_ = client_->world().now();
            guard.unlock();
            linger();
            break;
    }
    if (done) done(release_result::confirmed);
}

// Its deletion is sent before what the next contender sends: that one sees the queue without it, as a rule. A contender
// for which nobody waits is withdrawn before, or it would be granted what it leaves.
void local_queue::give_back(lock guard, places::iterator place, std::function<void(release_result)> done) {
    stop_lingering();
    const auto keeper = place->second.keeper();
    const bool used = place->second.used();  // else it came, and was in doubt or wanted by nobody
    places_.erase(place);
    guard.unlock();
    drop_surplus();
    const auto home = keeper->home();
    if (home && !home->ended())
        home->leases().release(keeper, std::move(done));
    else if (done)
        done(release_result::already_lost);
    if (used || waiting_.empty() || ended_) return compete_as_needed();
    environment& world = client_->world();
    retry_ = world.call_at(world.now() + delays_.next(world.random_unit()), [this] {
        retry_.reset();
        compete_as_needed();
    });
}

// The turn is lost with it; those who wait do not wait for its holder to notice.
void local_queue::on_change(const lease_core& keeper, lease_state now) {
    lock guard(guard_);
    const auto place = places_.find(&keeper);
    if (place == places_.end()) return;
    const auto turn = place->second.turn();
    const auto kept = place->second.keeper();  // not ended under the lock
    bool more = false;
    if (now == lease_state::lost) {
        places_.erase(place);
        stop_lingering();
        more = !waiting_.empty();
    }
    guard.unlock();
    if (turn) turn->announce();
    if (!more) return;
    (void)client_->entrance()->post([self = shared_from_this()] {
        self->retry_.reset();
        self->compete_as_needed();
    });
}

// As far as is known: at the servers, or of those here who hold what is exclusive.
std::optional<std::size_t> local_queue::ahead_of_waiters() const {
    std::optional<std::size_t> least;
    for (const candidate& one : competing_)
        if (one.ahead && (!least || *one.ahead < *least)) least = one.ahead;
    const bool held_here = !places_.empty() && (sharing_.exclusive || competing_.empty());
    return held_here ? places_.size() : least;
}

void local_queue::tell_positions() {
    if (!curious_ || ended_) return;
    curious_ = !waiting_.empty();
    const auto first = ahead_of_waiters();
    if (!first) return;
    std::size_t ahead = *first;
    for (const auto& one : waiting_) one->report_position(ahead++);
}

void local_queue::end() {
    ended_ = true;
    retry_.reset();
    surplus_.reset();
    const lock guard(guard_);
    stop_lingering();
}

}  // namespace paddock::detail
