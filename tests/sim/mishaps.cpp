// What goes wrong with a request that has come to a server: as the test has planned it, or by chance.
#include <optional>
#include <utility>

#include "tests/sim/servers.hpp"

namespace paddock::testing {

bool sim_servers::survives_faults(const std::shared_ptr<sim_link>& link, const turn_ptr& turn) {
    const request& what = turn->what;
    if (what.kind != request_kind::ping) {
        const auto nth = faults.count_request();
        if (nth && nth->expires) end_session(link->session, "expired by plan");
        if (nth && !link->open) return false;
        if (nth && !nth->expires) return lose(link, turn, nth->where), false;
    }
    const auto rule = faults.meet(what, link->handle, false);
    if (!rule) return survives_dice(link, turn);
    if (rule->before) rule->before();
    if (!link->open) return false;
    turn->after = rule->after;
    if (rule->position) {
        lose(link, turn, *rule->position);
    } else if (rule->answer) {
        refuse(link, turn, rule->answer);
    } else {
        queue(link, turn);
        execute(link, turn);
    }
    return false;
}

void sim_servers::refuse(const std::shared_ptr<sim_link>& link, const turn_ptr& turn, error_code why) {
    queue(link, turn);
    turn->answer.ec = why;
    turn->answer.results.resize(turn->what.ops.size(), {why, {}, {}});
    finish(*turn);
}

void sim_servers::lose(const std::shared_ptr<sim_link>& link, const turn_ptr& turn, fault_position where) {
    queue(link, turn);
    const bool on_way = where == fault_position::on_reply;
    turn->outcome = on_way ? sim_turn::reply::is_lost_on_way : sim_turn::reply::never_leaves;
    link->heard = on_way;
    if (where == fault_position::before_commit) return finish(*turn);
    execute(link, turn);
    if (where == fault_position::forwarded) hang_up(link);
}

bool sim_servers::survives_dice(const std::shared_ptr<sim_link>& link, const turn_ptr& turn) {
    const fault_rates& rates = faults.rates();
    if (faults.hits(rates.reap)) reap();
    if (faults.hits(rates.refuse) && !refusing) {
        refusing = true;
        later(faults.up_to(rates.longest), [this] { refusing = false; });
    }
    if (faults.hits(rates.stall)) stall_for_a_while(link->handle, stalled_way::both);
    if (faults.hits(rates.half_open))
        stall_for_a_while(link->handle, faults.hits(0.5) ? stalled_way::to_server : stalled_way::to_client);
    if (faults.hits(rates.expire)) end_session(link->session, "expired by chance");
    if (faults.hits(rates.cut)) cut(link, faults.hits(0.5));
    if (!link->open) return false;
    if (faults.hits(rates.lose_request)) return hang_up(link), false;
    if (faults.hits(rates.hold_up)) return hold_up(link, turn), false;
    const bool may_be_refused = is_write(turn->what.kind) || turn->what.kind == request_kind::get ||
                                turn->what.kind == request_kind::exists ||
                                turn->what.kind == request_kind::children;
    if (faults.hits(rates.throttle) && may_be_refused)
        return refuse(link, turn, server_errc::throttled), false;
    std::optional<fault_position> where;
    if (faults.hits(rates.lose_reply)) where = fault_position::after_commit;
    if (faults.hits(rates.lose_forwarded)) where = fault_position::forwarded;
    if (faults.hits(rates.lose_on_reply)) where = fault_position::on_reply;
    if (where) lose(link, turn, *where);
    return !where;
}

// The session may have come back on another connection by then: what it has asked since overtakes this.
void sim_servers::hold_up(const std::shared_ptr<sim_link>& link, const turn_ptr& turn) {
    note(*link, "held up", turn->what.path, std::string(name_of(turn->what.kind)));
    hang_up(link);
    turn->outcome = sim_turn::reply::nobody_waits_for;
    later(faults.up_to(faults.rates().longest), [this, link, turn] {
        if (is_write(turn->what.kind)) order(link, turn);
    });
}

void sim_servers::stall_for_a_while(handle_number who, stalled_way way) {
    if (stalled_to_server_.contains(who) || stalled_to_client_.contains(who)) return;
    stall(true, who, way);
    later(faults.up_to(faults.rates().longest), [this, who] { stall(false, who); });
}

void sim_servers::later(std::chrono::nanoseconds after, std::function<void()> action) {
    const auto number = ++next_plan_;
    plans_[number] =
        world.call_at(saturating_add(world.now(), after), [this, number, action = std::move(action)] {
            const auto running = std::exchange(plans_[number], {});
            plans_.erase(number);
            action();
        });
}

}  // namespace paddock::testing
