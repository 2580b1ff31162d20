#include "tests/simulation/call_workload.hpp"

#include <algorithm>

#include "tests/simulation/allowances.hpp"
#include "tests/simulation/violation.hpp"

namespace paddock::testing {

using namespace std::chrono_literals;

call_workload::call_ptr call_workload::begin(core_client& by, const std::string& path, int what,
                                             bool has_to_be) {
    if (pending_.size() >= pending_max && !has_to_be) return nullptr;
    auto made = std::make_shared<call>();
    made->by = &by;
    made->path = path;
    made->what = what;
    made->begun = on_.world.now();
    if (on_.choose.chance(0.33)) {
        made->deadline = by.process.steady_now() + on_.choose.up_to(5s);
        made->may_fail = true;
    }
    pending_.push_back(made);
    return made;
}

void call_workload::cancel() {
    if (pending_.empty()) return;
    const call_ptr chosen = on_.choose.one_of(pending_);
    if (!on_.can_act(*chosen->by)) return;
    chosen->may_fail = true;
    chosen->cancelled.emit(boost::asio::cancellation_type::terminal);
}

bool call_workload::complete(const call_ptr& which, const error_code& ec) {
    if (over_) return false;
    require(++which->completions == 1, "I4", "a call completed twice");
    pending_.remove(which);
    const core_client& by = *which->by;
    const bool timed = which->deadline != std::chrono::steady_clock::time_point::max();
    if (timed && !on_.stood_still(by, detail::boot_time{}))
        require(by.process.steady_now() <= which->deadline + signal_slack, "I4",
                "a call outlived its deadline");
    if (!ec) {
        ++answers_;
        return true;
    }
    const bool fine = (by.closing && ec == make_error_code(errc::client_closed)) ||
                      (on_.rights_changed && ec == make_error_code(server_errc::no_auth)) ||
                      (which->may_fail && ended_by_caller(ec)) || may_end_with(*which, ec);
    if (!fine) throw violation("I4", "a call failed: " + ec.message());
    return true;
}

std::string call_workload::unsettled() {
    for (const core_client* const one : on_.actors())
        if (one->state() != session_state::connected) return "a client is not connected";
    for (const call_ptr& one : pending_) {
        if (one->by->process.killed()) continue;
        if (std::string why = overdue(*one); !why.empty()) return why;
    }
    return {};
}

bool call_workload::wind_down() {
    const auto ended = [](const call_ptr& one) { return one->by->process.killed(); };
    if (std::ranges::all_of(pending_, ended)) return true;
    let_through();
    return false;
}

}  // namespace paddock::testing
