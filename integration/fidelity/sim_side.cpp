#include "integration/fidelity/sim_side.hpp"

#include <algorithm>

namespace paddock::testing {

sim_side::~sim_side() {
    for (auto& one : actors_) one.drop();
}

bool sim_side::wait(const std::function<bool()>& done) {
    return world_.run_until(
        [&] {
            const std::lock_guard lock(mutex());
            return done();
        },
        std::chrono::seconds(60));
}

void sim_side::open(actor_number who) {
    detail::session_parameters wanted;
    wanted.servers = "simulated:2181";
    wanted.timeout = wanted_timeout;
    at(who).use(world_.open(wanted, at(who)));
    handles_.at(who) = ensemble_.handles();
}

void sim_side::cut(actor_number who) { ensemble_.cut(handles_.at(who)); }

void sim_side::leave(actor_number who) {
    ensemble_.stall(true, handles_.at(who));
    ensemble_.cut(handles_.at(who));
}

void sim_side::come_back(actor_number who) { ensemble_.stall(false, handles_.at(who)); }

void sim_side::expire(actor_number who) { ensemble_.expire_session(at(who).session()); }

void sim_side::strike(const script_step& step, const std::function<void()>& send) {
    const request_kind kind = step.requests.at(step.struck).kind;
    const auto first = step.requests.begin();
    const auto skip = std::count_if(first, first + static_cast<std::ptrdiff_t>(step.struck),
                                    [kind](const request& one) { return one.kind == kind; });
    ensemble_.fail_next(kind, *step.fault,
                        {.who = handles_.at(step.who), .skip = static_cast<std::size_t>(skip)});
    send();
}

std::array<std::size_t, client_count> sim_side::watches_left(const std::function<void()>& remove_all) {
    const auto events = [this](actor_number who) {
        return handles_.at(who) == 0 ? 0 : ensemble_.watch_events(handles_.at(who));
    };
    const std::array before{events(0), events(1)};
    remove_all();
    return {events(0) - before[0], events(1) - before[1]};
}

}  // namespace paddock::testing
