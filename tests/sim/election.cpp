#include "tests/sim/quorum.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace paddock::testing {

void quorum::start() {
    const who first = members_.back();
    lead(first);
    for (const who& one : members_) {
        if (one != first) follow(one, first);
    }
    for (const who& one : members_) {
        if (one == first) continue;
        one->from_leader->flush();
        one->to_leader->flush();
        one->from_leader->flush();
    }
}

void quorum::lead(const who& at) {
    std::int64_t newest = 0;
    for (const who& one : members_) newest = std::max(newest, one->epoch);
    at->now = role::leading;
    at->epoch = at->log_epoch = newest + 1;
    at->established = false;
    at->next_zxid = (at->epoch << 32) + 1;
    at->logged.assign(members_.size(), 0);
    at->logged[at->number] = at->entries.size();
    establish(at);
}

// Its whole log is agreed as soon as a majority has it; only then it leads.
void quorum::establish(const who& leader) {
    if (leader->established || !majority(1 + followers(leader).size())) return;
    leader->established = true;
    last_leader_ = leader->number;
    leader->agreed = leader->entries.size();
    apply(leader, leader->agreed);
    above_.lead(leader->number);
    serve(leader, true);
    for (const who& one : followers(leader)) synchronise(one);
}

void quorum::follow(const who& at, const who& leader) {
    at->leader = leader;
    at->epoch = leader->epoch;
    at->to_leader = std::make_shared<sim_pipe>(world_);
    at->from_leader = std::make_shared<sim_pipe>(world_);
    at->from_leader->push(up_to(options_.message), [this, at, leader] {
        // What no leader ever agreed to goes, what was agreed in between comes.
        const auto common = std::ranges::mismatch(at->entries, leader->entries).in1 - at->entries.begin();
        if (static_cast<std::size_t>(common) < at->applied) throw std::logic_error("an agreed write is lost");
        at->entries = leader->entries;
        at->log_epoch = leader->epoch;
        at->now = role::following;
        at->to_leader->push(up_to(options_.message), [this, at, leader, count = at->entries.size()] {
            if (leader->now != role::leading) return;
            if (leader->established) return has_logged(leader, at->number, count);
            leader->logged[at->number] = count;
            establish(leader);
        });
        if (leader->established) synchronise(at);
    });
}

// A follower serves once it has applied what its leader had agreed to.
void quorum::synchronise(const who& at) {
    at->from_leader->push(up_to(options_.message), [this, at, agreed = at->leader->agreed] {
        at->agreed = agreed;
        apply(at, agreed);
        serve(at, true);
    });
}

void quorum::serve(const who& at, bool on) {
    if (at->serving == on) return;
    at->serving = on;
    if (!on) ++at->service;
    above_.serve(at->number, on);
}

void quorum::look(const who& at) {
    leave(at, role::looking);
    elect_later();
}

void quorum::leave(const who& at, role next) {
    std::vector<who> left;
    std::ranges::copy_if(members_, std::back_inserter(left),
                         [&](const who& one) { return one->leader == at; });
    at->now = next;
    at->established = false;
    at->notice.reset();
    at->syncs.clear();
    at->leader.reset();
    if (at->to_leader) at->to_leader->close();
    if (at->from_leader) at->from_leader->close();
    at->inbox->close();
    at->inbox = std::make_shared<sim_pipe>(world_);
    at->waiting = 0;
    serve(at, false);
    for (const who& one : left) {
        if (!one->isolated && !at->isolated) look(one);  // its connection is closed
    }
}

bool quorum::broken(const member& at) const {
    if (at.leader) {  // a leader that was elected again does not know its former followers
        return at.leader->now != role::leading || at.leader->epoch != at.epoch || !reach(at, *at.leader);
    }
    if (at.now != role::leading) return false;
    const auto reached = [&](const who& one) {
        return one->leader.get() == &at && one->epoch == at.epoch && reach(*one, at);
    };
    return !majority(1 + static_cast<std::size_t>(std::ranges::count_if(members_, reached)));
}

// Over a broken link nothing comes through; that it is broken is noticed only after a while, and maybe it heals before.
void quorum::check_links() {
    for (const who& one : members_) {
        if (one->leader) {
            const bool stalled = broken(*one);
            one->to_leader->stall(stalled);
            one->from_leader->stall(stalled);
        }
        if (!broken(*one)) {
            one->notice.reset();
        } else if (!one->notice) {
            const auto patience = options_.tick * options_.patience_ticks;
            one->notice = world_.call_at(world_.now() + patience / 2 + up_to(patience / 2), [this, one] {
                one->notice.reset();
                if (broken(*one)) look(one);
                check_links();
            });
        }
    }
}

void quorum::elect_later() {
    if (election_) return;
    election_ = world_.call_at(world_.now() + options_.election / 4 + up_to(options_.election), [this] {
        election_.reset();
        elect();
    });
}

void quorum::elect() {
    std::vector<who> looking;
    std::ranges::copy_if(members_, std::back_inserter(looking), [](const who& one) {
        return one->now == role::looking && !one->isolated && !one->leader;
    });
    const auto leading = std::ranges::find_if(members_, [this](const who& one) {
        return one->now == role::leading && !one->isolated &&
               !broken(*one);  // a deposed one gets no followers
    });
    if (leading != members_.end()) {
        for (const who& one : looking) follow(one, *leading);
        return;
    }
    if (!majority(looking.size())) return;
    const auto newest = [](const who& one) {
        const std::int64_t zxid = one->entries.empty() ? 0 : one->entries.back()->zxid;
        return std::tuple(one->log_epoch, zxid, one->number);
    };
    const who best = *std::ranges::max_element(looking, {}, newest);
    lead(best);
    for (const who& one : looking) {
        if (one != best) follow(one, best);
    }
}

}  // namespace paddock::testing
