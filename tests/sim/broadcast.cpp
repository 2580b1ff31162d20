#include "tests/sim/quorum.hpp"

#include <algorithm>

namespace paddock::testing {

void quorum::write(server_number at, preparation what, consequence then) {
    const who origin = members_.at(at);
    if (!origin->serving) return;
    if (origin->now == role::leading) return take(origin, at, origin->service, what, std::move(then));
    origin->to_leader->push(up_to(options_.message),
                            [this, leader = origin->leader, at, service = origin->service,
                             what = std::move(what), then = std::move(then)] {
                                if (leader->now == role::leading) take(leader, at, service, what, then);
                            });
}

void quorum::take(const who& leader, server_number origin, std::uint64_t service, const preparation& what,
                  consequence then) {
    const std::int64_t zxid = leader->next_zxid++;
    if ((zxid & full_counter) == full_counter) {
        ++full_counters_;
        return look(leader);
    }
    const auto made = std::make_shared<entry>(entry{++entries_, zxid, origin, service, std::move(then)});
    leader->entries.push_back(made);
    what(leader->number, made->number, zxid);
    for (const who& one : followers(leader)) propose(leader, one, made);
    const std::size_t count = leader->entries.size();
    leader->inbox->push(up_to(options_.storage),
                        [this, leader, count] { has_logged(leader, leader->number, count); });
}

void quorum::propose(const who& leader, const who& to, const std::shared_ptr<entry>& one) {
    to->from_leader->push(up_to(options_.message), [this, leader, to, one] {
        to->entries.push_back(one);
        const auto wait = up_to(options_.storage) + up_to(options_.message);
        to->to_leader->push(wait, [this, leader, by = to->number, count = to->entries.size()] {
            has_logged(leader, by, count);
        });
    });
}

void quorum::has_logged(const who& leader, server_number by, std::size_t count) {
    if (leader->now != role::leading) return;
    leader->logged[by] = std::max(leader->logged[by], count);
    agree(leader);
}

void quorum::agree(const who& leader) {
    const std::size_t before = leader->agreed;
    const auto has_next = [&](std::size_t count) { return count > leader->agreed; };
    while (majority(static_cast<std::size_t>(std::ranges::count_if(leader->logged, has_next))))
        ++leader->agreed;
    if (leader->agreed == before) return;
    const std::size_t agreed = leader->agreed;
    apply(leader, agreed);
    for (const who& one : followers(leader)) {
        one->from_leader->push(up_to(options_.message), [this, one, agreed] {
            one->agreed = agreed;
            act(one, [this, one, agreed] { apply(one, agreed); });
        });
    }
    while (!leader->syncs.empty() && leader->syncs.front().first <= agreed) {
        const auto [count, then] = std::move(leader->syncs.front());
        leader->syncs.pop_front();
        then();
    }
}

// Now, or behind what it has heard before and not acted on yet.
void quorum::act(const who& at, std::function<void()> what) {
    if (at->waiting == 0 && at->behind.count() == 0) return what();
    ++at->waiting;
    at->inbox->push(at->behind, [at, what = std::move(what)] {
        --at->waiting;
        what();
    });
}

void quorum::apply(const who& at, std::size_t count) {
    while (at->applied < count) {
        const auto next = at->entries[at->applied++];
        above_.apply(at->number, next->number, next->zxid);
        const bool own = next->origin == at->number && next->service == at->service;
        if (!own || !at->serving) continue;
        if (const auto then = std::exchange(next->then, nullptr)) then();
    }
}

void quorum::sync(server_number at, consequence then) {
    const who origin = members_.at(at);
    if (!origin->serving) return;
    if (origin->now == role::leading) return then();
    origin->to_leader->push(up_to(options_.message), [this, origin, leader = origin->leader,
                                                      then = std::move(then)] {
        if (leader->now != role::leading) return;
        const auto answer = [this, origin, then] {
            if (!origin->from_leader) return;
            origin->from_leader->push(up_to(options_.message), [this, origin, then] { act(origin, then); });
        };
        if (leader->agreed == leader->entries.size()) return answer();
        leader->syncs.emplace_back(leader->entries.size(), answer);
    });
}

void quorum::consult(server_number at, std::function<bool(server_number)> question,
                     std::function<void(bool)> then) {
    const who origin = members_.at(at);
    if (!origin->serving) return;
    if (origin->now == role::leading) return then(question(at));
    origin->to_leader->push(
        up_to(options_.message),
        [this, origin, leader = origin->leader, question = std::move(question), then = std::move(then)] {
            if (leader->now != role::leading) return;
            const bool answer = question(leader->number);
            if (!origin->from_leader) return;
            origin->from_leader->push(up_to(options_.message), [then, answer] { then(answer); });
        });
}

bool quorum::decree(const preparation& what) {
    const auto number = leader();
    if (!number) return false;
    const who leading = members_.at(*number);
    take(leading, *number, leading->service, what, {});
    if (leading->now != role::leading) return false;
    leading->inbox->flush();
    for (const who& one : followers(leading)) {
        if (!reach(*one, *leading)) continue;
        one->from_leader->flush();
        one->to_leader->flush();
    }
    for (const who& one : followers(leading)) {
        if (reach(*one, *leading)) one->from_leader->flush();
    }
    return true;
}

}  // namespace paddock::testing
