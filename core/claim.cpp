#include <paddock/claim.hpp>

#include <utility>

#include <boost/asio/error.hpp>

#include "core/call.hpp"
#include "core/claim_core.hpp"

namespace paddock {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

claim::claim(std::shared_ptr<detail::claim_core> core) noexcept : core_(std::move(core)) {}

const std::string& claim::path() const noexcept { return core_->path; }

lease claim::acquire() {
    return detail::or_throw(path(), [this](error_code& ec) { return acquire(ec); });
}

lease claim::acquire(error_code& ec) { return acquire(std::stop_token(), ec); }

lease claim::acquire(std::stop_token stop, error_code& ec) {
    return acquire_blocking(wait_mode::queue, detail::no_deadline, std::move(stop), ec);
}

lease claim::try_acquire() {
    error_code ec;
    lease held = try_acquire(ec);
    (void)detail::in_time(ec, path());  // else it is empty
    return held;
}

lease claim::try_acquire(error_code& ec) {
    return acquire_blocking(wait_mode::no_queue, detail::no_deadline, {}, ec);
}

lease claim::try_acquire_for(nanoseconds limit) { return try_acquire_until(detail::deadline_after(limit)); }

lease claim::try_acquire_for(nanoseconds limit, error_code& ec) {
    if (limit > nanoseconds::zero()) return try_acquire_until(detail::deadline_after(limit), ec);
    ec = errc::invalid_duration;
    return {};
}

lease claim::try_acquire_until(steady_clock::time_point deadline) {
    error_code ec;
    lease held = try_acquire_until(deadline, ec);
    (void)detail::in_time(ec, path());  // else it is empty
    return held;
}

lease claim::try_acquire_until(steady_clock::time_point deadline, error_code& ec) {
    return acquire_blocking(wait_mode::queue, deadline, {}, ec);
}

lease claim::acquire_blocking(wait_mode mode, steady_clock::time_point deadline, std::stop_token stop,
                              error_code& ec) {
    lease at_once = stop.stop_requested() ? lease() : core_->take_at_once(deadline);
    if (at_once) {
        ec = {};
        return at_once;
    }
    detail::blocking_result<lease> outcome;
    const auto attempt = core_->begin(mode == wait_mode::queue, deadline, outcome.sink(), ec);
    if (ec) return {};
    const std::stop_callback on_stop(stop, [entrance = core_->client->entrance(), attempt] {
        entrance->post([attempt] { attempt->give_up(boost::asio::error::operation_aborted); });
    });
    return outcome.wait(ec);
}

void claim::start_acquire(std::shared_ptr<detail::claim_core> core, wait_mode mode,
                          steady_clock::time_point deadline,
                          boost::asio::any_completion_handler<void(error_code, lease)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    lease at_once = core->take_at_once(deadline);
    if (at_once) return finish->later({}, std::move(at_once));
    const auto cancelled = finish->cancels(core->client->entrance());
    error_code refused;
    *cancelled = core->begin(
        mode == wait_mode::queue, deadline,
        [finish](error_code ec, lease held) { (*finish)(ec, std::move(held)); }, refused);
    if (refused) finish->later(refused, lease());
}

}  // namespace paddock
