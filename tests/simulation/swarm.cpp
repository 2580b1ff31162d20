#include "tests/simulation/swarm.hpp"

#include <cstdint>
#include <iterator>
#include <utility>

#include "core/sequence_name.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t leavers_max = 4;  // a client costs a session and an object until the end

}  // namespace

swarm::swarm(stage& on, const std::vector<std::string>& directories) : on_(on), directories_(directories) {
    static constexpr fault all[] = {
        {6, &swarm::cut},           {3, &swarm::stall},
        {3, &swarm::half_open},     {2, &swarm::expire},
        {1, &swarm::refuse},        {3, &swarm::freeze},
        {1, &swarm::suspend},       {1, &swarm::pause},
        {1, &swarm::drift},         {1, &swarm::kill},
        {1, &swarm::close},         {3, &swarm::isolate},
        {3, &swarm::lose_a_server}, {3, &swarm::cut_off_a_server},
        {1, &swarm::power_cut},     {3, &swarm::lag},
        {3, &swarm::reap},          {2, &swarm::operator_deletes},
        {1, &swarm::litter},        {1, &swarm::fill_counter},
        {1, &swarm::roll_over},     {1, &swarm::deny},
        {2, &swarm::congest},
    };
    for (const fault& one : all) {
        if (!on_.choose.chance(0.5)) continue;
        kinds_.push_back(one);
        weights_ += one.weight;
    }
    longest_silence_ = std::chrono::seconds(1 << on_.choose.below(4));
    draw_fault_rates();
}

void swarm::draw_fault_rates() {
    fault_rates rates;
    for (double* rate : {&rates.lose_unsent, &rates.lose_request, &rates.lose_forwarded, &rates.lose_reply,
                         &rates.lose_on_reply, &rates.hold_up, &rates.cut, &rates.stall, &rates.half_open,
                         &rates.refuse, &rates.reap, &rates.throttle})
        *rate = on_.choose.chance(0.3) ? 0.002 * static_cast<double>(on_.choose.below(10)) : 0;
    rates.longest = 1s;
    on_.ensemble.enable_random_faults(rates, on_.choose.below(UINT64_MAX));
}

void swarm::strike() {
    if (kinds_.empty()) return;
    std::uint64_t left = on_.choose.below(weights_);
    auto chosen = kinds_.begin();
    while (left >= chosen->weight) left -= (chosen++)->weight;
    ++faults_;
    (this->*chosen->happen)();
}

void swarm::end() {
    on_.forget_plans();
    on_.go_on();
    on_.heal();
    on_.outage_since = {};
}

core_client* swarm::victim() { return on_.actors().empty() ? nullptr : on_.choose.one_of(on_.actors()); }

handle_number swarm::connection() {
    const core_client* const who = victim();
    return who == nullptr ? 0 : who->number();
}

void swarm::cut() {
    if (const auto who = connection(); who != 0)
        on_.ensemble.cut(who,
                         on_.choose.chance(0.5) ? cut_position::before_arrival : cut_position::after_arrival);
}

void swarm::stall() {
    if (core_client* const who = victim()) silence(*who, stalled_way::both);
}

void swarm::half_open() {
    core_client* const who = victim();
    if (who != nullptr)
        silence(*who, on_.choose.chance(0.5) ? stalled_way::to_server : stalled_way::to_client);
}

void swarm::silence(core_client& who, stalled_way way) {
    const handle_number connection = who.number();
    if (connection == 0) return;
    on_.ensemble.stall(true, connection, way);
    on_.later(longest_silence_, [this, &who, connection] {
        on_.ensemble.stall(false, connection);
        relapse(who);
    });
}

// Trouble seldom comes alone: what a client says after a long silence may be all that the servers ever hear of it.
void swarm::relapse(core_client& who) {
    if (on_.choose.chance(0.5)) on_.later(300ms, [this, &who] { cut_off_server_of(who); });
}

void swarm::expire() {
    const core_client* const who = victim();
    if (who == nullptr || who->session_id() == 0) return;
    if (who->stats().waiters > 0) on_.reach(hazard::b12);
    on_.ensemble.expire_session(who->session_id());
}

void swarm::refuse() {
    on_.ensemble.refuse_connections(true);
    on_.later(1s, [this] { on_.ensemble.refuse_connections(false); });
}

// All lines are slow for a while, so that much is on its way when the next trouble comes.
void swarm::congest() {
    std::chrono::nanoseconds& one_way = on_.ensemble.options().one_way;
    if (one_way != ensemble_options().one_way) return;
    one_way += on_.choose.up_to(1s);
    on_.later(4s, [&one_way] { one_way = ensemble_options().one_way; });
    if (core_client* const who = victim()) on_.later(3s, [this, who] { relapse(*who); });
}

void swarm::freeze() {
    if (core_client* const who = victim())
        on_.halt(*who, &virtual_process::freeze, &virtual_process::thaw, [this, who] { relapse(*who); });
}

void swarm::suspend() {
    if (core_client* const who = victim())
        on_.halt(*who, &virtual_process::suspend, &virtual_process::resume);
}

void swarm::pause() {
    core_client* const who = victim();
    if (who == nullptr) return;
    on_.wrong_clocks.insert(who);
    on_.halt(*who, &virtual_process::pause, &virtual_process::unpause);
}

void swarm::drift() {
    core_client* const who = victim();
    if (who != nullptr) who->process.drift(static_cast<std::int64_t>(on_.choose.below(401)) - 200);
}

void swarm::kill() {
    core_client* const who = victim();
    if (who == nullptr || ++leavers_ > leavers_max) return;
    on_.retire(*who);
    who->process.kill();
    on_.add_actor();
}

void swarm::close() {
    core_client* const who = victim();
    if (who == nullptr || !on_.can_act(*who) || ++leavers_ > leavers_max) return;
    on_.retire(*who);
    who->close();
    on_.add_actor();
}

void swarm::isolate() {
    if (core_client* const who = victim()) cut_off_server_of(*who);
}

// The server alone, or the place where both are.
void swarm::cut_off_server_of(core_client& who) {
    const auto at = on_.ensemble.server_of(who.number());
    if (!at) return;
    cut_off(*at);
    if (on_.choose.chance(0.5)) silence(who, stalled_way::both);
}

void swarm::lose_a_server() {
    const server_number at = on_.choose.below(on_.ensemble.servers().size());
    on_.reach(hazard::e13);
    on_.ensemble.servers().kill(at);
    on_.later(2s, [this, at] {
        if (on_.outage_since == detail::boot_time{}) on_.ensemble.servers().restart(at);
    });
}

void swarm::cut_off_a_server() { cut_off(on_.choose.below(on_.ensemble.servers().size())); }

void swarm::cut_off(server_number at) {
    on_.ensemble.servers().isolate(at, true);
    on_.later(3s, [this, at] { on_.ensemble.servers().isolate(at, false); });
}

void swarm::power_cut() {
    if (on_.outage_since != detail::boot_time{}) return;
    on_.ensemble.power(false);
    on_.outage_since = on_.world.now();
    on_.later(6s, [this] {
        on_.ensemble.power(true);
        on_.outage_since = {};
    });
}

void swarm::lag() {
    on_.ensemble.lag(on_.choose.up_to(300ms));
    on_.later(2s, [this] { on_.ensemble.lag(0ns); });
}

void swarm::reap() { on_.ensemble.reap(); }

void swarm::operator_deletes() {
    const std::string& directory = on_.choose.one_of(directories_);
    const auto names = on_.ensemble.children(directory);
    if (names.empty()) return;
    const std::string path = directory + "/" + names[on_.choose.below(names.size())];
    on_.removed_nodes.insert(on_.ensemble.node(path)->czxid);
    on_.ensemble.remove_by_operator(path);
}

// The directory's sequence numbers are about to end, as after two thousand million acquires.
void swarm::fill_counter() {
    if (std::exchange(on_.full_counters, true)) return;  // a counter never goes back
    on_.ensemble.when_counters_are_full(on_.choose.chance(0.5) ? sim_tree::overflow::wraps
                                                               : sim_tree::overflow::sticks);
    const std::int32_t left = on_.choose.chance(0.5) ? 5 : INT32_MAX - detail::sequence_high_water + 5;
    on_.ensemble.set_create_count(on_.choose.one_of(directories_), INT32_MAX - left);
}

// Somebody changes the rights, and takes it back.
void swarm::deny() {
    static constexpr request_kind all[] = {request_kind::create, request_kind::get, request_kind::children};
    on_.rights_changed = true;
    on_.ensemble.deny(
        [denied = on_.choose.one_of(all)](request_kind kind, const std::string&) { return kind == denied; });
    on_.later(1s, [this] { on_.ensemble.deny({}); });
}

// So are the zxids of this leader.
void swarm::roll_over() { on_.ensemble.servers().fill_counter(20); }

// Children that are no contenders, though they look a little like some.
void swarm::litter() {
    const std::string& directory = on_.choose.one_of(directories_);
    on_.reach(hazard::a12);
    for (const char* name : {"/config", "/0", "/lock-", "/lock-000000000x"})
        on_.ensemble.create_by_operator(directory + name);
}

}  // namespace paddock::testing
