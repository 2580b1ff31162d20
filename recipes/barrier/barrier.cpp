#include <paddock/barrier.hpp>

#include <utility>

#include "core/call.hpp"
#include "recipes/barrier/barrier_core.hpp"

namespace paddock {
namespace {

auto maker(const std::shared_ptr<detail::barrier_core>& core, detail::barrier_verb what) {
    return [core, what](detail::barrier_operation::sink_type sink) {
        return std::make_shared<detail::barrier_operation>(core, what, std::move(sink));
    };
}

}  // namespace

barrier::barrier(client& on, std::string path)
    : core_(std::make_shared<detail::barrier_core>(on.core(), std::move(path))) {}

const std::string& barrier::path() const noexcept { return core_->path; }

void barrier::wait(std::stop_token stop, error_code& ec) {
    run(verb::wait, detail::no_deadline, std::move(stop), ec);
}

// Not being open in time is an answer, everything else an error.
bool barrier::wait_until(clock::time_point deadline) {
    error_code ec;
    run(verb::wait, deadline, {}, ec);
    if (ec && ec != errc::timed_out && ec != errc::servers_unreachable)
        throw boost::system::system_error(ec, path());
    return !ec;
}

bool barrier::run(verb what, clock::time_point deadline, std::stop_token stop, error_code& ec) {
    const bool closed = detail::call<bool>(core_->client, maker(core_, what), deadline, std::move(stop), ec);
    return what == verb::wait ? !ec : closed;
}

bool barrier::run_for(verb what, nanoseconds limit, error_code& ec) {
    if (limit > nanoseconds::zero()) return run(what, detail::deadline_after(limit), {}, ec);
    ec = errc::invalid_duration;
    return false;
}

bool barrier::demand(verb what, clock::time_point deadline) {
    error_code ec;
    const bool answer = run(what, deadline, {}, ec);
    if (ec) throw boost::system::system_error(ec, path());
    return answer;
}

void barrier::start(core_ptr core, verb what, clock::time_point deadline,
                    boost::asio::any_completion_handler<void(error_code)> handler) {
    detail::call_async<bool>(
        core->client, detail::make_completion(std::move(handler), core->client->handlers()),
        maker(core, what), [](auto&& target, error_code ec, bool) { target(ec); }, deadline);
}

void barrier::start(core_ptr core, verb what, clock::time_point deadline,
                    boost::asio::any_completion_handler<void(error_code, bool)> handler) {
    detail::call_async<bool>(
        core->client, detail::make_completion(std::move(handler), core->client->handlers()),
        maker(core, what), [](auto&& target, error_code ec, bool closed) { target(ec, closed); }, deadline);
}

}  // namespace paddock
