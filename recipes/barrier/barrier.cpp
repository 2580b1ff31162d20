#include <paddock/barrier.hpp>

#include <utility>

#include "core/call.hpp"
#include "recipes/barrier/barrier_operation.hpp"

namespace paddock {
namespace {

auto maker(const std::shared_ptr<detail::recipe_node>& core, detail::barrier_verb what) {
    return [core, what](detail::barrier_operation::sink_type sink) {
        return std::make_shared<detail::barrier_operation>(core, what, std::move(sink));
    };
}

}  // namespace

barrier::barrier(client& on, std::string path)
    : core_(std::make_shared<detail::recipe_node>(on.core(), std::move(path), "barrier")) {}

const std::string& barrier::path() const noexcept { return core_->path; }

void barrier::wait(std::stop_token stop, error_code& ec) {
    run(verb::wait, detail::no_deadline, std::move(stop), ec);
}

bool barrier::wait_until(clock::time_point deadline) {
    error_code ec;
    run(verb::wait, deadline, {}, ec);
    return detail::in_time(ec, path());
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
    return detail::or_throw(path(), [&](error_code& ec) { return run(what, deadline, {}, ec); });
}

void barrier::start(core_ptr core, verb what, clock::time_point deadline,
                    boost::asio::any_completion_handler<void(error_code)> handler) {
    detail::call_async<bool>(core->client, std::move(handler), maker(core, what), deadline);
}

void barrier::start(core_ptr core, verb what, clock::time_point deadline,
                    boost::asio::any_completion_handler<void(error_code, bool)> handler) {
    detail::call_async<bool>(core->client, std::move(handler), maker(core, what), deadline);
}

}  // namespace paddock
