#include <paddock/double_barrier.hpp>

#include <utility>

#include "core/call.hpp"
#include "recipes/double_barrier/double_barrier_core.hpp"
#include "recipes/double_barrier/enter_operation.hpp"
#include "recipes/double_barrier/leave_operation.hpp"

namespace paddock {
namespace {

auto enterer(const std::shared_ptr<detail::double_barrier_core>& core) {
    return [core](detail::enter_operation::sink_type sink) {
        return std::make_shared<detail::enter_operation>(core, std::move(sink));
    };
}

// Called once: the lease goes into the operation.
auto leaver(const std::shared_ptr<detail::double_barrier_core>& core, lease& held) {
    return [core, &held](detail::leave_operation::sink_type sink) {
        return std::make_shared<detail::leave_operation>(core, std::move(held), std::move(sink));
    };
}

}  // namespace

double_barrier::double_barrier(client& on, std::string path, std::size_t members)
    : core_(std::make_shared<detail::double_barrier_core>(on.core(), std::move(path), members)) {}

const std::string& double_barrier::path() const noexcept { return core_->path; }
std::size_t double_barrier::members() const noexcept { return core_->members; }

lease double_barrier::run(clock::time_point deadline, std::stop_token stop, error_code& ec) {
    return detail::call<lease>(core_->client, enterer(core_), deadline, std::move(stop), ec);
}

lease double_barrier::demand(clock::time_point deadline) {
    error_code ec;
    lease held = run(deadline, {}, ec);
    if (ec) throw boost::system::system_error(ec, path());
    return held;
}

lease double_barrier::enter_for(nanoseconds limit, error_code& ec) {
    if (limit > nanoseconds::zero()) return run(detail::deadline_after(limit), {}, ec);
    ec = errc::invalid_duration;
    return {};
}

// The others not being there in time is an answer, everything else an error.
lease double_barrier::enter_until(clock::time_point deadline) {
    error_code ec;
    lease held = run(deadline, {}, ec);
    if (ec && ec != errc::timed_out && ec != errc::servers_unreachable)
        throw boost::system::system_error(ec, path());
    return held;
}

void double_barrier::run_leave(lease held, clock::time_point deadline, std::stop_token stop, error_code& ec) {
    core_->check_lease(held);
    detail::call<bool>(core_->client, leaver(core_, held), deadline, std::move(stop), ec);
}

void double_barrier::demand_leave(lease held, clock::time_point deadline) {
    error_code ec;
    run_leave(std::move(held), deadline, {}, ec);
    if (ec) throw boost::system::system_error(ec, path());
}

void double_barrier::leave_for(lease held, nanoseconds limit, error_code& ec) {
    if (limit > nanoseconds::zero()) return run_leave(std::move(held), detail::deadline_after(limit), {}, ec);
    ec = errc::invalid_duration;
}

void double_barrier::start_enter(core_ptr core, clock::time_point deadline,
                                 boost::asio::any_completion_handler<void(error_code, lease)> handler) {
    detail::call_async<lease>(
        core->client, detail::make_completion(std::move(handler), core->client->handlers()), enterer(core),
        [](auto&& target, error_code ec, lease held) { target(ec, std::move(held)); }, deadline);
}

void double_barrier::start_leave(core_ptr core, lease held, clock::time_point deadline,
                                 boost::asio::any_completion_handler<void(error_code)> handler) {
    const auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    try {
        core->check_lease(held);
    } catch (const argument_error& refusal) {
        return finish->later(refusal.code());
    }
    detail::call_async<bool>(
        core->client, finish, leaver(core, held), [](auto&& target, error_code ec, bool) { target(ec); },
        deadline);
}

}  // namespace paddock
