#include <paddock/semaphore.hpp>

#include <utility>

#include "core/call.hpp"
#include "recipes/semaphore/semaphore_core.hpp"

namespace paddock {

using std::chrono::milliseconds;

namespace {

auto limit_reader(const std::shared_ptr<detail::semaphore_core>& core, detail::limit_change change = {}) {
    return [core, change](detail::limit_operation::sink_type sink) {
        const auto queue = core->one_permit()->queue();
        return std::make_shared<detail::limit_operation>(core->client, queue, change, std::move(sink));
    };
}

auto limit_changer(const std::shared_ptr<detail::semaphore_core>& core, std::uint32_t limit,
                   bool redeclares) {
    detail::check_permits("limit", limit, detail::permits_max);
    return limit_reader(core, {limit, redeclares});
}

}  // namespace

semaphore::semaphore(client& on, std::string directory, semaphore_options options)
    : semaphore(
          std::make_shared<detail::semaphore_core>(on.core(), std::move(directory), std::move(options))) {}

semaphore::semaphore(std::shared_ptr<detail::semaphore_core> core)
    : queue_claim(core->one_permit()), semaphore_(std::move(core)) {}

queue_claim semaphore::permits(std::uint32_t count) const { return queue_claim(semaphore_->claim_of(count)); }

semaphore_state semaphore::state(milliseconds timeout) {
    return detail::or_throw(path(), [&](error_code& ec) { return state(timeout, ec); });
}

semaphore_state semaphore::state(milliseconds timeout, error_code& ec) {
    return detail::call<semaphore_state>(semaphore_->client, limit_reader(semaphore_), timeout, {}, ec);
}

std::uint64_t semaphore::available(milliseconds timeout) { return state(timeout).available(); }

void semaphore::set_limit(std::uint32_t limit, milliseconds timeout) {
    detail::or_throw(path(), [&](error_code& ec) { set_limit(limit, timeout, ec); });
}

void semaphore::set_limit(std::uint32_t limit, milliseconds timeout, error_code& ec) {
    const auto make = limit_changer(semaphore_, limit, false);
    (void)detail::call<semaphore_state>(semaphore_->client, make, timeout, {}, ec);
}

void semaphore::redeclare(std::uint32_t limit, milliseconds timeout) {
    detail::or_throw(path(), [&](error_code& ec) { redeclare(limit, timeout, ec); });
}

void semaphore::redeclare(std::uint32_t limit, milliseconds timeout, error_code& ec) {
    const auto make = limit_changer(semaphore_, limit, true);
    (void)detail::call<semaphore_state>(semaphore_->client, make, timeout, {}, ec);
}

void semaphore::start_state(std::shared_ptr<detail::semaphore_core> core, milliseconds timeout,
                            boost::asio::any_completion_handler<void(error_code, semaphore_state)> handler) {
    detail::call_async<semaphore_state>(core->client, std::move(handler), limit_reader(core), timeout);
}

void semaphore::start_set_limit(std::shared_ptr<detail::semaphore_core> core, std::uint32_t limit,
                                milliseconds timeout,
                                boost::asio::any_completion_handler<void(error_code)> handler) {
    const auto make = limit_changer(core, limit, false);
    detail::call_async<semaphore_state>(core->client, std::move(handler), make, timeout);
}

}  // namespace paddock
