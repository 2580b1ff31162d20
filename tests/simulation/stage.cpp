#include "tests/simulation/stage.hpp"

#include <algorithm>
#include <utility>

namespace paddock::testing {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds longest_halt = 4s;
const std::vector<std::chrono::milliseconds> ticks{0ms, 0ms, 200ms, 200ms, 500ms, 2s};

}  // namespace

stage::stage(std::uint64_t seed, std::size_t clients_at_once) : rig(seed, servers_for(seed)), choose(seed) {
    ensemble.options().jitter = std::chrono::milliseconds(choose.below(4));
    ensemble.options().tick = choose.one_of(ticks);
    if (choose.chance(0.5)) world.schedule_by_priority(choose.below(UINT64_MAX));
    if (choose.below(4) == 0)
        ensemble.options().max_timeout = at_least_two_ticks(1s);  // less than some ask for
    if (choose.below(8) == 0) ensemble.options().max_connections = 2;
    if (choose.below(2) == 0) ensemble.options().reap_every = 1s;
    for (std::size_t i = 0; i < clients_at_once; ++i) add_actor();
}

/// Every second seed has three servers, with all that can happen among them.
ensemble_options stage::servers_for(std::uint64_t seed) {
    ensemble_options options;
    if (seed % 2 == 0) return options;
    options.quorum = three_servers;
    options.quorum.message = 5ms;
    options.quorum.storage = 2ms;
    options.quorum.tick = 200ms;
    options.quorum.patience_ticks = 5;
    options.quorum.election = 300ms;
    return options;
}

// A server's shortest session, by default.
std::chrono::milliseconds stage::at_least_two_ticks(std::chrono::milliseconds wanted) {
    return std::max(wanted,
                    std::chrono::duration_cast<std::chrono::milliseconds>(2 * ensemble.options().tick));
}

void stage::add_actor() {
    client_options options;
    options.servers = "simulated:2181";
    options.application = "simulation";
    options.session_timeout = at_least_two_ticks(std::chrono::seconds(1 << choose.below(4)));
    if (choose.below(4) == 0) options.on_loss = loss_policy::strict;
    if (choose.below(4) == 0) options.heartbeat_interval = options.session_timeout / 16;
    actors_.push_back(&add_client(options));
}

core_client* stage::actor() {
    std::vector<core_client*> able;
    std::ranges::copy_if(actors_, std::back_inserter(able), [this](auto* one) { return can_act(*one); });
    return able.empty() ? nullptr : choose.one_of(able);
}

core_client* stage::leaver() {
    std::vector<core_client*> left;
    for (core_client& one : clients)
        if (one.closing && !one.process.killed()) left.push_back(&one);
    return left.empty() ? nullptr : choose.one_of(left);
}

bool stage::can_act(const core_client& who) const {
    const auto found = halted_.find(&who);
    const bool stands = found != halted_.end() && found->second.until == detail::boot_time{};
    return !stands && !who.closing && !who.process.killed();
}

void stage::later(core_client& who, std::chrono::nanoseconds longest, std::function<void()> what) {
    later_in(who.process, longest, std::move(what));
}

void stage::later(std::chrono::nanoseconds longest, std::function<void()> what) {
    later_in(world, longest, std::move(what));
}

void stage::later_in(detail::environment& where, std::chrono::nanoseconds longest,
                     std::function<void()> what) {
    const auto number = ++next_plan_;
    const auto when = saturating_add(where.now(), choose.up_to(longest));
    plans_[number] = where.call_at(when, [this, number, what = std::move(what)] {
        const auto running = std::exchange(plans_[number], {});
        plans_.erase(number);
        what();
    });
}

void stage::retire(core_client& who) { std::erase(actors_, &who); }

void stage::halt(core_client& who, void (virtual_process::*stop)(), void (virtual_process::*go)(),
                 std::function<void()> then) {
    if (!can_act(who)) return;
    (who.process.*stop)();
    halted_[&who] = {{}, go};
    later(longest_halt, [this, &who, then = std::move(then)] {
        release(who);
        if (then) then();
    });
}

void stage::release(core_client& who) {
    const auto found = halted_.find(&who);
    if (found == halted_.end() || found->second.until != detail::boot_time{}) return;
    (who.process.*found->second.go)();
    found->second.until = world.now();
}

void stage::go_on() {
    for (core_client& one : clients) release(one);
}

bool stage::stood_still(const core_client& who, detail::boot_time since) const {
    const auto found = halted_.find(&who);
    if (found == halted_.end()) return false;
    return found->second.until == detail::boot_time{} || found->second.until >= since;
}

}  // namespace paddock::testing
