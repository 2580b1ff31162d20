#include <paddock/count_down_latch.hpp>

#include <utility>

#include "core/call.hpp"
#include "recipes/count_down_latch/latch_operation.hpp"

namespace paddock {
namespace {

auto maker(const std::shared_ptr<detail::latch_core>& core, detail::latch_verb what, std::int64_t value) {
    return [core, what, value](detail::latch_operation::sink_type sink) {
        return std::make_shared<detail::latch_operation>(core, what, value, std::move(sink));
    };
}

}  // namespace

count_down_latch::count_down_latch(client& on, std::string path, std::int64_t initial)
    : core_(std::make_shared<detail::latch_core>(on.core(), std::move(path), initial)) {}

const std::string& count_down_latch::path() const noexcept { return core_->path; }

void count_down_latch::wait(std::stop_token stop, error_code& ec) {
    run(verb::wait, detail::no_deadline, ec, 0, std::move(stop));
}

bool count_down_latch::wait_until(clock::time_point deadline) {
    error_code ec;
    run(verb::wait, deadline, ec);
    return detail::in_time(ec, path());
}

std::int64_t count_down_latch::run(verb what, clock::time_point deadline, error_code& ec, std::int64_t value,
                                   std::stop_token stop) {
    const auto make = maker(core_, what, value);
    return detail::call<std::int64_t>(core_->client, make, deadline, std::move(stop), ec);
}

std::int64_t count_down_latch::run_for(verb what, nanoseconds limit, error_code& ec, std::int64_t value) {
    if (limit > nanoseconds::zero()) return run(what, detail::deadline_after(limit), ec, value);
    ec = errc::invalid_duration;
    return 0;
}

std::int64_t count_down_latch::demand(verb what, clock::time_point deadline, std::int64_t value) {
    return detail::or_throw(path(), [&](error_code& ec) { return run(what, deadline, ec, value); });
}

void count_down_latch::start(core_ptr core, verb what, clock::time_point deadline, std::int64_t value,
                             boost::asio::any_completion_handler<void(error_code)> handler) {
    detail::call_async<std::int64_t>(core->client, std::move(handler), maker(core, what, value), deadline);
}

void count_down_latch::start(core_ptr core, verb what, clock::time_point deadline, std::int64_t value,
                             boost::asio::any_completion_handler<void(error_code, bool)> handler) {
    detail::call_async<std::int64_t>(core->client, std::move(handler), maker(core, what, value), deadline);
}

void count_down_latch::start(core_ptr core, verb what, clock::time_point deadline, std::int64_t value,
                             boost::asio::any_completion_handler<void(error_code, std::int64_t)> handler) {
    detail::call_async<std::int64_t>(core->client, std::move(handler), maker(core, what, value), deadline);
}

}  // namespace paddock
