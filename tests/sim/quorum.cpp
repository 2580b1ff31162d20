#include "tests/sim/quorum.hpp"

#include <algorithm>

namespace paddock::testing {

quorum::quorum(virtual_environment& world, machine& above, const quorum_options& options, std::uint64_t seed)
    : world_(world), above_(above), options_(options), random_(seed) {
    for (server_number i = 0; i < options.servers; ++i) {
        members_.push_back(std::make_shared<member>());
        members_.back()->number = i;
        members_.back()->inbox = std::make_shared<sim_pipe>(world);
    }
}

quorum::~quorum() {
    for (const who& one : members_) {  // what is on the way holds members
        one->inbox->close();
        if (one->to_leader) one->to_leader->close();
        if (one->from_leader) one->from_leader->close();
        one->syncs.clear();
        one->leader.reset();
        for (const auto& logged : one->entries) logged->then = nullptr;
    }
}

std::chrono::nanoseconds quorum::up_to(std::chrono::nanoseconds longest) {
    if (longest.count() <= 0) return std::chrono::nanoseconds(0);
    return std::chrono::nanoseconds(random_() % static_cast<std::uint64_t>(longest.count()));
}

bool quorum::reach(const member& one, const member& other) {
    return one.now != role::down && other.now != role::down && !one.isolated && !other.isolated;
}

std::vector<quorum::who> quorum::followers(const who& of) const {
    std::vector<who> all;
    std::ranges::copy_if(members_, std::back_inserter(all), [&](const who& one) {
        return one->leader == of && one->epoch == of->epoch && one->now == role::following;
    });
    return all;
}

bool quorum::serves(server_number at) const { return members_.at(at)->serving; }

std::optional<server_number> quorum::leader() const {
    for (const who& one : members_) {
        if (one->now == role::leading && one->established && !broken(*one)) return one->number;
    }
    return std::nullopt;
}

std::int64_t quorum::applied(server_number at) const {
    const member& one = *members_.at(at);
    return one.applied == 0 ? 0 : one.entries[one.applied - 1]->zxid;
}

void quorum::kill(server_number at) {
    const who one = members_.at(at);
    if (one->now == role::down) return;
    leave(one, role::down);
    check_links();
}

void quorum::restart(server_number at) {
    const who one = members_.at(at);
    if (one->now != role::down) return;
    one->now = role::looking;
    elect_later();
}

void quorum::isolate(server_number at, bool on) {
    members_.at(at)->isolated = on;
    check_links();
    if (!on) elect_later();
}

void quorum::lag(server_number at, std::chrono::nanoseconds behind) { members_.at(at)->behind = behind; }

void quorum::fill_counter(std::uint32_t left) {
    const auto number = leader();
    if (!number) return;
    member& leading = *members_[*number];
    leading.next_zxid = std::max(leading.next_zxid, (leading.epoch << 32) + (full_counter - left));
}

}  // namespace paddock::testing
