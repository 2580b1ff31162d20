#include <paddock/semaphore.hpp>

#include <utility>

#include "core/blocking.hpp"
#include "core/completion.hpp"
#include "recipes/semaphore/semaphore_core.hpp"

namespace paddock {

using std::chrono::milliseconds;

namespace {

void throw_if(const error_code& ec, const std::string& path) {
    if (ec) throw boost::system::system_error(ec, path);
}

void check_limit(std::uint32_t limit) {
    if (limit >= 1 && limit <= detail::permits_max) return;
    throw argument_error(errc::invalid_argument, "limit: " + std::to_string(limit) + " must be from 1 to " +
                                                     std::to_string(detail::permits_max));
}

semaphore_state ask(const detail::semaphore_core& core, detail::limit_change change, milliseconds timeout,
                    error_code& ec) {
    detail::blocking_result<semaphore_state> outcome;
    (void)core.begin(change, timeout, outcome.sink(), ec);
    if (ec) return {};
    return outcome.wait(ec);
}

}  // namespace

semaphore::semaphore(client& on, std::string directory, semaphore_options options)
    : semaphore(
          std::make_shared<detail::semaphore_core>(on.core(), std::move(directory), std::move(options))) {}

semaphore::semaphore(std::shared_ptr<detail::semaphore_core> core)
    : queue_claim(core->one_permit()), semaphore_(std::move(core)) {}

queue_claim semaphore::permits(std::uint32_t count) const { return queue_claim(semaphore_->claim_of(count)); }

semaphore_state semaphore::state(milliseconds timeout) {
    error_code ec;
    const semaphore_state seen = state(timeout, ec);
    throw_if(ec, path());
    return seen;
}

semaphore_state semaphore::state(milliseconds timeout, error_code& ec) {
    return ask(*semaphore_, {}, timeout, ec);
}

std::uint64_t semaphore::available(milliseconds timeout) { return state(timeout).available(); }

void semaphore::set_limit(std::uint32_t limit, milliseconds timeout) {
    error_code ec;
    set_limit(limit, timeout, ec);
    throw_if(ec, path());
}

void semaphore::set_limit(std::uint32_t limit, milliseconds timeout, error_code& ec) {
    check_limit(limit);
    (void)ask(*semaphore_, {limit, false}, timeout, ec);
}

void semaphore::redeclare(std::uint32_t limit, milliseconds timeout) {
    error_code ec;
    redeclare(limit, timeout, ec);
    throw_if(ec, path());
}

void semaphore::redeclare(std::uint32_t limit, milliseconds timeout, error_code& ec) {
    check_limit(limit);
    (void)ask(*semaphore_, {limit, true}, timeout, ec);
}

void semaphore::start_state(std::shared_ptr<detail::semaphore_core> core, milliseconds timeout,
                            boost::asio::any_completion_handler<void(error_code, semaphore_state)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    const auto cancelled = finish->cancels(core->client->entrance());
    error_code refused;
    *cancelled = core->begin(
        {}, timeout, [finish](error_code ec, semaphore_state seen) { (*finish)(ec, seen); }, refused);
    if (refused) finish->later(refused, semaphore_state());
}

void semaphore::start_set_limit(std::shared_ptr<detail::semaphore_core> core, std::uint32_t limit,
                                milliseconds timeout,
                                boost::asio::any_completion_handler<void(error_code)> handler) {
    check_limit(limit);
    auto finish = detail::make_completion(std::move(handler), core->client->handlers());
    const auto cancelled = finish->cancels(core->client->entrance());
    error_code refused;
    *cancelled = core->begin(
        {limit, false}, timeout, [finish](error_code ec, semaphore_state) { (*finish)(ec); }, refused);
    if (refused) finish->later(refused);
}

}  // namespace paddock
