#include <paddock/double_barrier.hpp>

#include <utility>

#include "core/call.hpp"
#include "core/queue_claim_core.hpp"
#include "core/recipe_arguments.hpp"
#include "recipes/double_barrier/generation/enter_plan.hpp"
#include "recipes/double_barrier/leave/leave_operation.hpp"

namespace paddock {
namespace {

using detail::claim_core;

std::shared_ptr<claim_core> entrance(client& on, std::string path, std::size_t members) {
    detail::queue_traits traits;
    traits.recipe = "double_barrier";
    traits.kind = detail::member_kind;
    traits.plan = [members](const detail::queue_view& seen) { return detail::plan_enter(members, seen); };
    traits.grant = detail::grant_rule::by_record;
    traits.reads_record = true;
    traits.watches_directory = true;
    auto made = std::make_shared<detail::queue_claim_core>(on.core(), std::move(path), std::move(traits),
                                                           claim_options());
    const std::size_t most = detail::members_max(made->queue()->directory.size());
    if (members >= 1 && members <= most) return made;
    throw argument_error(errc::invalid_argument, "double_barrier: " + std::to_string(members) +
                                                     " members are not from 1 to " + std::to_string(most) +
                                                     ", which one request can name");
}

// Called once: the lease goes into the operation.
auto leaver(const std::shared_ptr<claim_core>& core, lease& held) {
    return [core, &held](detail::leave_operation::sink_type sink) {
        return std::make_shared<detail::leave_operation>(*core, std::move(held), std::move(sink));
    };
}

}  // namespace

double_barrier::double_barrier(client& on, std::string path, std::size_t members)
    : entrance_(entrance(on, std::move(path), members)), members_(members) {}

void double_barrier::run_leave(lease held, clock::time_point deadline, std::stop_token stop, error_code& ec) {
    const auto& core = entrance_.core();
    detail::call<bool>(core->client, leaver(core, held), deadline, std::move(stop), ec);
}

void double_barrier::demand_leave(lease held, clock::time_point deadline) {
    detail::or_throw(path(), [&](error_code& ec) { run_leave(std::move(held), deadline, {}, ec); });
}

void double_barrier::leave_for(lease held, nanoseconds limit, error_code& ec) {
    if (limit > nanoseconds::zero()) return run_leave(std::move(held), detail::deadline_after(limit), {}, ec);
    ec = errc::invalid_duration;
}

void double_barrier::start_leave(std::shared_ptr<claim_core> core, lease held, clock::time_point deadline,
                                 boost::asio::any_completion_handler<void(error_code)> handler) {
    detail::call_async<bool>(core->client, std::move(handler), leaver(core, held), deadline);
}

}  // namespace paddock
