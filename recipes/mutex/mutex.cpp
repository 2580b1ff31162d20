#include <paddock/mutex.hpp>

#include <utility>

#include <boost/asio/error.hpp>

#include "core/blocking.hpp"
#include "core/completion.hpp"
#include "recipes/mutex/mutex_core.hpp"

namespace paddock {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

mutex::mutex(client& on, std::string directory, mutex_options options)
    : core_(std::make_shared<detail::mutex_core>(on.core(), std::move(directory), std::move(options))) {}

const std::string& mutex::path() const noexcept { return core_->path; }

lease mutex::acquire() {
    error_code ec;
    lease held = acquire(ec);
    if (ec) throw boost::system::system_error(ec, path());
    return held;
}

lease mutex::acquire(error_code& ec) { return acquire(std::stop_token(), ec); }

lease mutex::acquire(std::stop_token stop, error_code& ec) {
    return acquire_blocking(wait_mode::queue, steady_clock::time_point::max(), std::move(stop), ec);
}

namespace {

// The forms without an error_code: not being granted in time is an answer, everything else an error.
lease granted_or_empty(lease held, const error_code& ec, const std::string& path) {
    if (ec && ec != errc::timed_out && ec != errc::servers_unreachable)
        throw boost::system::system_error(ec, path);
    return held;
}

}  // namespace

lease mutex::try_acquire() {
    error_code ec;
    lease held = try_acquire(ec);
    return granted_or_empty(std::move(held), ec, path());
}

lease mutex::try_acquire(error_code& ec) {
    return acquire_blocking(wait_mode::no_queue, steady_clock::time_point::max(), {}, ec);
}

lease mutex::try_acquire_for(nanoseconds limit) { return try_acquire_until(deadline_after(limit)); }

lease mutex::try_acquire_for(nanoseconds limit, error_code& ec) {
    if (limit > nanoseconds::zero()) return try_acquire_until(deadline_after(limit), ec);
    ec = errc::invalid_duration;
    return {};
}

lease mutex::try_acquire_until(steady_clock::time_point deadline) {
    error_code ec;
    lease held = try_acquire_until(deadline, ec);
    return granted_or_empty(std::move(held), ec, path());
}

lease mutex::try_acquire_until(steady_clock::time_point deadline, error_code& ec) {
    return acquire_blocking(wait_mode::queue, deadline, {}, ec);
}

steady_clock::time_point mutex::deadline_after(nanoseconds limit) {
    if (limit <= nanoseconds::zero()) {
        throw argument_error(errc::invalid_duration,
                             "limit: " + std::to_string(limit.count()) + " ns is not more than zero");
    }
    const auto now = steady_clock::now();
    return limit > steady_clock::time_point::max() - now ? steady_clock::time_point::max() : now + limit;
}

lease mutex::acquire_blocking(wait_mode mode, steady_clock::time_point deadline, std::stop_token stop,
                              error_code& ec) {
    detail::blocking_result<lease> outcome;
    const auto attempt = core_->begin(mode == wait_mode::queue, deadline, outcome.sink(), ec);
    if (ec) return {};
    const std::stop_callback on_stop(stop, [entrance = core_->client->entrance(), attempt] {
        entrance->post([attempt] { attempt->give_up(boost::asio::error::operation_aborted); });
    });
    return outcome.wait(ec);
}

void mutex::start_acquire(std::shared_ptr<detail::mutex_core> core, wait_mode mode,
                          steady_clock::time_point deadline,
                          boost::asio::any_completion_handler<void(error_code, lease)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    const auto cancelled = finish->cancels(core->client->entrance());
    error_code refused;
    *cancelled = core->begin(
        mode == wait_mode::queue, deadline,
        [finish](error_code ec, lease held) { (*finish)(ec, std::move(held)); }, refused);
    if (refused) finish->later(refused, lease());
}

std::vector<contender_info> mutex::contenders(milliseconds timeout) {
    error_code ec;
    auto found = contenders(timeout, ec);
    if (ec) throw boost::system::system_error(ec, path());
    return found;
}

std::vector<contender_info> mutex::contenders(milliseconds timeout, error_code& ec) {
    detail::blocking_result<std::vector<contender_info>> outcome;
    (void)core_->list(SIZE_MAX, timeout, outcome.sink(), ec);
    if (ec) return {};
    return outcome.wait(ec);
}

std::optional<contender_info> mutex::holder(milliseconds timeout) {
    error_code ec;
    auto first = holder(timeout, ec);
    if (ec) throw boost::system::system_error(ec, path());
    return first;
}

std::optional<contender_info> mutex::holder(milliseconds timeout, error_code& ec) {
    detail::blocking_result<std::vector<contender_info>> outcome;
    (void)core_->list(1, timeout, outcome.sink(), ec);
    if (ec) return std::nullopt;
    auto found = outcome.wait(ec);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void mutex::start_contenders(
    std::shared_ptr<detail::mutex_core> core, milliseconds timeout,
    boost::asio::any_completion_handler<void(error_code, std::vector<contender_info>)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    const auto cancelled = finish->cancels(core->client->entrance());
    error_code refused;
    *cancelled = core->list(
        SIZE_MAX, timeout,
        [finish](error_code ec, std::vector<contender_info> found) { (*finish)(ec, std::move(found)); },
        refused);
    if (refused) finish->later(refused, std::vector<contender_info>());
}

}  // namespace paddock
