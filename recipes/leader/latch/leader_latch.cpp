#include <paddock/leader_latch.hpp>

#include <utility>

#include <boost/asio/error.hpp>

#include "core/call.hpp"
#include "recipes/leader/calls/candidates.hpp"
#include "recipes/leader/calls/leadership_wait.hpp"
#include "recipes/leader/calls/record_write.hpp"
#include "recipes/leader/hand_over/hand_over.hpp"
#include "recipes/leader/latch/leader_core.hpp"

namespace paddock {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

template <class Operation, class... Args>
auto maker(const std::shared_ptr<detail::leader_core>& core, Args... args) {
    return [core, args...](typename Operation::sink_type sink) {
        return std::make_shared<Operation>(core, args..., std::move(sink));
    };
}

// An error says that there is nothing left to close.
void close_in_background(const std::shared_ptr<detail::leader_core>& core) {
    if (core) (void)core->close(close_mode::silent, [](error_code, bool) {});
}

// Not to lead in time is an answer, everything else an error.
std::optional<leader_term> term_or_none(leader_term term, const error_code& ec, const std::string& path) {
    if (ec == errc::timed_out || ec == errc::servers_unreachable) return std::nullopt;
    if (ec) throw boost::system::system_error(ec, path);
    return term;
}

}  // namespace

leader_latch::leader_latch(client& on, std::string directory, leader_options options)
    : core_(detail::leader_core::make(on.core(), std::move(directory), std::move(options))) {}

leader_latch::leader_latch(leader_latch&&) noexcept = default;

leader_latch& leader_latch::operator=(leader_latch&& other) noexcept {
    if (this != &other) close_in_background(std::exchange(core_, std::move(other.core_)));
    return *this;
}

leader_latch::~leader_latch() { close_in_background(core_); }

bool leader_latch::leads() const { return core_->seat.leads(); }
std::optional<leader_term> leader_latch::term() const { return core_->seat.term(); }
milliseconds leader_latch::remaining() const { return core_->seat.remaining(); }
candidate_state leader_latch::state() const { return core_->seat.state(); }
error_code leader_latch::failure() const { return core_->seat.failure(); }
transaction leader_latch::guard() const { return core_->seat.guard(path()); }
const std::string& leader_latch::path() const noexcept { return core_->path; }
const std::string& leader_latch::id() const noexcept { return core_->id; }

void leader_latch::start() {
    detail::or_throw(path(), [this](error_code& ec) { start(ec); });
}

void leader_latch::start(error_code& ec) { ec = core_->start(); }

leader_term leader_latch::await() {
    return detail::or_throw(path(), [this](error_code& ec) { return await(ec); });
}

leader_term leader_latch::await_for(nanoseconds limit, error_code& ec) {
    if (limit > nanoseconds::zero()) return await_until(detail::deadline_after(limit), ec);
    ec = errc::invalid_duration;
    return {};
}

std::optional<leader_term> leader_latch::await_until(steady_clock::time_point deadline) {
    error_code ec;
    leader_term term = await_until(deadline, ec);
    return term_or_none(std::move(term), ec, path());
}

// The wait sees to its deadline itself: it answers first if there is a term already.
leader_term leader_latch::await_blocking(steady_clock::time_point deadline, std::stop_token stop,
                                         error_code& ec) {
    const auto make = maker<detail::leadership_wait>(core_, deadline);
    return detail::call<leader_term>(core_->client, make, detail::no_deadline, std::move(stop), ec);
}

void leader_latch::start_await(core_ptr core, steady_clock::time_point deadline,
                               boost::asio::any_completion_handler<void(error_code, leader_term)> handler) {
    detail::call_async<leader_term>(
        core->client, detail::make_completion(std::move(handler), core->client->handlers()),
        maker<detail::leadership_wait>(core, deadline),
        [](auto&& target, error_code ec, leader_term term) { target(ec, std::move(term)); },
        detail::no_deadline);
}

release_result leader_latch::resign(after_term then) {
    return detail::or_throw(path(), [&](error_code& ec) { return resign(then, ec); });
}

release_result leader_latch::resign(after_term then, error_code& ec) {
    detail::blocking_result<release_result> outcome;
    ec = core_->resign(then, outcome.sink());
    return ec ? release_result::already_lost : outcome.wait(ec);
}

void leader_latch::start_resign(
    core_ptr core, after_term then,
    boost::asio::any_completion_handler<void(error_code, release_result)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    finish->ends_on_cancel(core->client->entrance(), boost::asio::error::operation_aborted,
                           release_result::unconfirmed);
    const error_code refused =
        core->resign(then, [finish](error_code ec, release_result result) { (*finish)(ec, result); });
    if (refused) finish->later(refused, release_result::already_lost);
}

void leader_latch::publish(std::string value, milliseconds timeout) {
    detail::or_throw(path(), [&](error_code& ec) { publish(std::move(value), timeout, ec); });
}

void leader_latch::publish(std::string value, milliseconds timeout, error_code& ec) {
    const auto make = maker<detail::record_write>(core_, detail::new_value(std::move(value)));
    (void)detail::call<bool>(core_->client, make, timeout, {}, ec);
}

void leader_latch::start_publish(core_ptr core, std::string value, milliseconds timeout,
                                 boost::asio::any_completion_handler<void(error_code)> handler) {
    const auto make = maker<detail::record_write>(core, detail::new_value(std::move(value)));
    detail::call_async<bool>(
        core->client, detail::make_completion(std::move(handler), core->client->handlers()), make,
        [](auto&& target, error_code ec, bool) { target(ec); }, timeout);
}

hand_over_result leader_latch::hand_over(milliseconds warm_up_limit, after_term then) {
    return detail::or_throw(path(), [&](error_code& ec) { return hand_over(warm_up_limit, then, ec); });
}

// The limit is the heir's; the resignation behind it ends with the session at the latest.
hand_over_result leader_latch::hand_over(milliseconds warm_up_limit, after_term then, error_code& ec) {
    const auto make = maker<detail::hand_over_operation>(core_, warm_up_limit, then);
    const auto how = detail::call<hand_over_result>(core_->client, make, detail::no_deadline, {}, ec);
    return ec ? hand_over_result::nobody : how;
}

void leader_latch::start_hand_over(
    core_ptr core, milliseconds limit, after_term then,
    boost::asio::any_completion_handler<void(error_code, hand_over_result)> handler) {
    detail::call_async<hand_over_result>(
        core->client, detail::make_completion(std::move(handler), core->client->handlers()),
        maker<detail::hand_over_operation>(core, limit, then),
        [](auto&& target, error_code ec, hand_over_result how) {
            target(ec, ec ? hand_over_result::nobody : how);
        },
        detail::no_deadline);
}

std::vector<leader_candidate> leader_latch::participants(milliseconds timeout) {
    return detail::or_throw(path(), [&](error_code& ec) { return participants(timeout, ec); });
}

std::vector<leader_candidate> leader_latch::participants(milliseconds timeout, error_code& ec) {
    return detail::list_candidates(core_, SIZE_MAX, timeout, ec);
}

std::optional<leader_candidate> leader_latch::leader(milliseconds timeout) {
    return detail::or_throw(path(), [&](error_code& ec) { return leader(timeout, ec); });
}

std::optional<leader_candidate> leader_latch::leader(milliseconds timeout, error_code& ec) {
    auto found = detail::list_candidates(core_, 1, timeout, ec);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void leader_latch::start_participants(
    core_ptr core, milliseconds timeout,
    boost::asio::any_completion_handler<void(error_code, std::vector<leader_candidate>)> handler) {
    detail::call_async<std::vector<contender_info>>(
        core->client, detail::make_completion(std::move(handler), core->client->handlers()),
        detail::lister(core, SIZE_MAX),
        [](auto&& target, error_code ec, std::vector<contender_info> found) {
            target(ec, detail::candidates(std::move(found)));
        },
        timeout);
}

// A closed client has closed its latches; in a forked child there is nothing to close.
void leader_latch::close(close_mode mode) {
    detail::blocking_result<bool> outcome;
    error_code ec = core_->close(mode, outcome.sink());
    if (!ec) outcome.wait(ec);
}

void leader_latch::start_close(core_ptr core, close_mode mode,
                               boost::asio::any_completion_handler<void(error_code)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    finish->ends_on_cancel(core->client->entrance(), boost::asio::error::operation_aborted);
    const error_code refused = core->close(mode, [finish](error_code ec, bool) { (*finish)(ec); });
    if (refused) finish->later(refused == make_error_code(errc::client_closed) ? error_code() : refused);
}

}  // namespace paddock
