#include <paddock/queue_claim.hpp>

#include <utility>

#include "core/blocking.hpp"
#include "core/completion.hpp"
#include "core/queue_claim_core.hpp"

namespace paddock {

using std::chrono::milliseconds;

queue_claim::queue_claim(std::shared_ptr<detail::queue_claim_core> core) noexcept : claim(std::move(core)) {}

std::shared_ptr<detail::queue_claim_core> queue_claim::queue_core() const {
    return std::static_pointer_cast<detail::queue_claim_core>(core());
}

std::vector<contender_info> queue_claim::contenders(milliseconds timeout) {
    error_code ec;
    auto found = contenders(timeout, ec);
    if (ec) throw boost::system::system_error(ec, path());
    return found;
}

std::vector<contender_info> queue_claim::contenders(milliseconds timeout, error_code& ec) {
    detail::blocking_result<std::vector<contender_info>> outcome;
    (void)queue_core()->list(SIZE_MAX, timeout, outcome.sink(), ec);
    if (ec) return {};
    return outcome.wait(ec);
}

std::optional<contender_info> queue_claim::holder(milliseconds timeout) {
    error_code ec;
    auto first = holder(timeout, ec);
    if (ec) throw boost::system::system_error(ec, path());
    return first;
}

std::optional<contender_info> queue_claim::holder(milliseconds timeout, error_code& ec) {
    detail::blocking_result<std::vector<contender_info>> outcome;
    (void)queue_core()->list(1, timeout, outcome.sink(), ec);
    if (ec) return std::nullopt;
    auto found = outcome.wait(ec);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void queue_claim::start_contenders(
    std::shared_ptr<detail::queue_claim_core> core, milliseconds timeout,
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
