#include <paddock/leader_latch.hpp>

#include <utility>

#include <boost/asio/error.hpp>

#include "core/blocking.hpp"
#include "core/completion.hpp"
#include "recipes/leader_latch/candidates.hpp"
#include "recipes/leader_latch/leader_core.hpp"

namespace paddock {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

leader_latch::leader_latch(client& on, std::string directory, leader_options options)
    : core_(detail::leader_core::make(on.core(), std::move(directory), std::move(options))) {}

leader_latch::leader_latch(leader_latch&&) noexcept = default;

namespace {

// An error says that there is nothing left to close.
void close_in_background(const std::shared_ptr<detail::leader_core>& core) {
    if (core) (void)core->close(close_mode::silent, [](error_code, bool) {});
}

void throw_if(const error_code& ec, const std::string& path) {
    if (ec) throw boost::system::system_error(ec, path);
}

steady_clock::time_point deadline_after(nanoseconds limit) {
    const auto now = steady_clock::now();
    return limit > steady_clock::time_point::max() - now ? steady_clock::time_point::max() : now + limit;
}

// Not to lead in time is an answer, everything else an error.
std::optional<leader_term> term_or_none(leader_term term, const error_code& ec, const std::string& path) {
    if (ec == errc::timed_out || ec == errc::servers_unreachable) return std::nullopt;
    throw_if(ec, path);
    return term;
}

}  // namespace

leader_latch& leader_latch::operator=(leader_latch&& other) noexcept {
    if (this != &other) close_in_background(std::exchange(core_, std::move(other.core_)));
    return *this;
}

leader_latch::~leader_latch() { close_in_background(core_); }

void leader_latch::start() {
    error_code ec;
    start(ec);
    throw_if(ec, path());
}

void leader_latch::start(error_code& ec) { ec = core_->start(); }

bool leader_latch::leads() const { return core_->leads(); }
std::optional<leader_term> leader_latch::term() const { return core_->term(); }
milliseconds leader_latch::remaining() const { return core_->remaining(); }
candidate_state leader_latch::state() const { return core_->state(); }
error_code leader_latch::failure() const { return core_->failure(); }
transaction leader_latch::guard() const { return core_->guard(); }
const std::string& leader_latch::path() const noexcept { return core_->path; }
const std::string& leader_latch::id() const noexcept { return core_->id; }

leader_term leader_latch::await() {
    error_code ec;
    leader_term term = await(ec);
    throw_if(ec, path());
    return term;
}

leader_term leader_latch::await(error_code& ec) { return await(std::stop_token(), ec); }

leader_term leader_latch::await(std::stop_token stop, error_code& ec) {
    return await_blocking(steady_clock::time_point::max(), std::move(stop), ec);
}

std::optional<leader_term> leader_latch::await_for(nanoseconds limit) {
    error_code ec;
    leader_term term = await_for(limit, ec);
    return term_or_none(std::move(term), ec, path());
}

leader_term leader_latch::await_for(nanoseconds limit, error_code& ec) {
    if (limit > nanoseconds::zero()) return await_until(deadline_after(limit), ec);
    ec = errc::invalid_duration;
    return {};
}

std::optional<leader_term> leader_latch::await_until(steady_clock::time_point deadline) {
    error_code ec;
    leader_term term = await_until(deadline, ec);
    return term_or_none(std::move(term), ec, path());
}

leader_term leader_latch::await_until(steady_clock::time_point deadline, error_code& ec) {
    return await_blocking(deadline, {}, ec);
}

leader_term leader_latch::await_blocking(steady_clock::time_point deadline, std::stop_token stop,
                                         error_code& ec) {
    detail::blocking_result<leader_term> outcome;
    const auto wait = core_->await(deadline, outcome.sink(), ec);
    if (ec) return {};
    const std::stop_callback on_stop(stop, [entrance = core_->client->entrance(), wait] {
        entrance->post([wait] { wait->give_up(boost::asio::error::operation_aborted); });
    });
    return outcome.wait(ec);
}

void leader_latch::start_await(core_ptr core, steady_clock::time_point deadline,
                               boost::asio::any_completion_handler<void(error_code, leader_term)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    const auto cancelled = finish->cancels(core->client->entrance());
    error_code refused;
    *cancelled = core->await(
        deadline, [finish](error_code ec, leader_term term) { (*finish)(ec, std::move(term)); }, refused);
    if (refused) finish->later(refused, leader_term());
}

release_result leader_latch::resign(after_term then) {
    error_code ec;
    const release_result result = resign(then, ec);
    throw_if(ec, path());
    return result;
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
    finish->on_cancel(core->client->entrance(), [weak = std::weak_ptr(finish)] {
        if (const auto waiting = weak.lock())
            (*waiting)(boost::asio::error::operation_aborted, release_result::unconfirmed);
    });
    const error_code refused =
        core->resign(then, [finish](error_code ec, release_result result) { (*finish)(ec, result); });
    if (refused) finish->later(refused, release_result::already_lost);
}

void leader_latch::publish(std::string value, milliseconds timeout) {
    error_code ec;
    publish(std::move(value), timeout, ec);
    throw_if(ec, path());
}

void leader_latch::publish(std::string value, milliseconds timeout, error_code& ec) {
    detail::blocking_result<bool> outcome;
    (void)core_->publish(std::move(value), timeout, outcome.sink(), ec);
    if (!ec) outcome.wait(ec);
}

void leader_latch::start_publish(core_ptr core, std::string value, milliseconds timeout,
                                 boost::asio::any_completion_handler<void(error_code)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    const auto cancelled = finish->cancels(core->client->entrance());
    error_code refused;
    *cancelled = core->publish(
        std::move(value), timeout, [finish](error_code ec, bool) { (*finish)(ec); }, refused);
    if (refused) finish->later(refused);
}

hand_over_result leader_latch::hand_over(milliseconds warm_up_limit, after_term then) {
    error_code ec;
    const hand_over_result how = hand_over(warm_up_limit, then, ec);
    throw_if(ec, path());
    return how;
}

hand_over_result leader_latch::hand_over(milliseconds warm_up_limit, after_term then, error_code& ec) {
    detail::blocking_result<hand_over_result> outcome;
    (void)core_->hand_over(warm_up_limit, then, outcome.sink(), ec);
    return ec ? hand_over_result::nobody : outcome.wait(ec);
}

void leader_latch::start_hand_over(
    core_ptr core, milliseconds limit, after_term then,
    boost::asio::any_completion_handler<void(error_code, hand_over_result)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    const auto cancelled = finish->cancels(core->client->entrance());
    error_code refused;
    *cancelled = core->hand_over(
        limit, then, [finish](error_code ec, hand_over_result how) { (*finish)(ec, how); }, refused);
    if (refused) finish->later(refused, hand_over_result::nobody);
}

std::vector<leader_candidate> leader_latch::participants(milliseconds timeout) {
    error_code ec;
    auto found = participants(timeout, ec);
    throw_if(ec, path());
    return found;
}

std::vector<leader_candidate> leader_latch::participants(milliseconds timeout, error_code& ec) {
    return detail::list_candidates(*core_, SIZE_MAX, timeout, ec);
}

std::optional<leader_candidate> leader_latch::leader(milliseconds timeout) {
    error_code ec;
    auto first = leader(timeout, ec);
    throw_if(ec, path());
    return first;
}

std::optional<leader_candidate> leader_latch::leader(milliseconds timeout, error_code& ec) {
    auto found = detail::list_candidates(*core_, 1, timeout, ec);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void leader_latch::start_participants(
    core_ptr core, milliseconds timeout,
    boost::asio::any_completion_handler<void(error_code, std::vector<leader_candidate>)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    const auto cancelled = finish->cancels(core->client->entrance());
    error_code refused;
    *cancelled = core->list(
        SIZE_MAX, timeout,
        [finish](error_code ec, std::vector<contender_info> found) {
            (*finish)(ec, detail::candidates(std::move(found)));
        },
        refused);
    if (refused) finish->later(refused, std::vector<leader_candidate>());
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
    finish->on_cancel(core->client->entrance(), [weak = std::weak_ptr(finish)] {
        if (const auto waiting = weak.lock()) (*waiting)(boost::asio::error::operation_aborted);
    });
    const error_code refused = core->close(mode, [finish](error_code ec, bool) { (*finish)(ec); });
    if (refused) finish->later(refused == make_error_code(errc::client_closed) ? error_code() : refused);
}

}  // namespace paddock
