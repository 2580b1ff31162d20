// The contenders that those who share have at the servers: no more than can be of use.
#include <algorithm>
#include <utility>
#include <vector>

#include "core/contender/contender.hpp"
#include "core/local_queue/local_queue.hpp"

namespace paddock::detail {

// Where the servers may allow more than is known here, one at a time finds that out.
std::size_t local_queue::room() const {
    const std::size_t left = sharing_.places > places_.size() ? sharing_.places - places_.size() : 0;
    return sharing_.exclusive ? left : std::max<std::size_t>(left, 1);
}

void local_queue::compete_as_needed() {
    if (retry_) return;
    std::vector<std::shared_ptr<acquire_operation>> begun;
    {
        const lock guard(guard_);
        while (competing_.size() < std::min(waiting_.size(), room())) {
            competing_.push_back(make_candidate(++rounds_));
            begun.push_back(competing_.back().contender);
        }
    }
    for (const auto& one : begun) one->start();
}

local_queue::candidate local_queue::make_candidate(std::uint64_t round) {
    auto settings = std::make_shared<contender_settings>(*queue_);
    settings->tells_core = true;
    settings->on_position = [weak = weak_from_this(), round](std::size_t ahead) {
        if (const auto self = weak.lock()) self->moved_up(round, ahead);
    };
    const std::vector<std::shared_ptr<const contender_settings>> queues = {std::move(settings)};
    candidate made;
    made.round = round;
    made.contender = std::make_shared<contender>(
        client_, queues, true, [weak = weak_from_this(), round](error_code ec, lease granted) {
            if (const auto self = weak.lock()) self->competed(round, ec, std::move(granted));
        });
    return made;
}

void local_queue::moved_up(std::uint64_t round, std::size_t ahead) {
    const auto mine = std::ranges::find(competing_, round, &candidate::round);
    if (mine == competing_.end()) return;
    mine->ahead = ahead;
    tell_positions();
}

// Nobody waits any more for one that was given up; a lease that it brings all the same goes back by itself. An error ends
// those for whom no other contender stands in the queue.
void local_queue::competed(std::uint64_t round, error_code ec, lease granted) {
    const auto mine = std::ranges::find(competing_, round, &candidate::round);
    if (mine == competing_.end()) return;
    const auto ended = mine->contender;  // not under the lock
    auto keeper = granted.take_core();
    if (keeper) keeper->keep(weak_from_this());
    lock guard(guard_);
    competing_.erase(mine);
    if (ec) {
        std::vector<std::shared_ptr<local_attempt>> failed;
        for (; waiting_.size() > competing_.size(); waiting_.pop_back()) failed.push_back(waiting_.back());
        guard.unlock();
        for (const auto& one : failed) one->finish(ec, lease());
        return;
    }
    const lease_core* const key = keeper.get();
    const auto place = places_.try_emplace(key, std::move(keeper), client_->world().now()).first;
    wanted_ = false;
    if (waiting_.empty() || !place->second.can_begin_turn()) {
        part(std::move(guard), place, {});
    } else {
        delays_.reset();
        pass_on(std::move(guard), place->second);
    }
    compete_as_needed();
}

void local_queue::withdraw(const local_attempt& who) {
    {
        const lock guard(guard_);
        std::erase_if(waiting_, [&](const auto& one) { return one.get() == &who; });
        if (waiting_.empty()) retry_.reset();
    }
    drop_surplus();
    tell_positions();
}

void local_queue::drop_surplus() {
    surplus_.reset();
    std::vector<std::shared_ptr<acquire_operation>> useless;
    {
        const lock guard(guard_);
        for (; competing_.size() > waiting_.size(); competing_.pop_back())
            useless.push_back(competing_.back().contender);
    }
    for (const auto& one : useless) one->give_up(boost::asio::error::operation_aborted);
}

bool local_queue::heard() const {
    const lock guard(guard_);
    return std::ranges::any_of(places_, [](const auto& one) { return one.second.held(); }) ||
           std::ranges::any_of(competing_, [](const candidate& one) { return one.contender->has_answer(); });
}

}  // namespace paddock::detail
