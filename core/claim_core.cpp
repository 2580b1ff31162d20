#include "core/claim_core.hpp"

#include <algorithm>
#include <utility>

namespace paddock::detail {
namespace {

std::shared_ptr<client_core> valid_client(std::shared_ptr<client_core> on, const std::string& path) {
    if (on) return on;
    throw argument_error(errc::invalid_argument,
                         "'" + path + "': the client was moved from; it must be a live client");
}

}  // namespace

claim_core::claim_core(std::shared_ptr<client_core> on, std::string shown)
    : client(valid_client(std::move(on), shown)), path(std::move(shown)) {}

std::shared_ptr<operation<lease>> claim_core::begin(bool may_queue,
                                                    std::chrono::steady_clock::time_point deadline,
                                                    operation<lease>::sink_type sink,
                                                    error_code& refused) const {
    const auto attempt = make_attempt(may_queue, std::move(sink));
    refused = client->entrance()->post([attempt, deadline, client = client, may_queue] {
        environment& world = client->world();
        boot_time end = boot_time::max();
        if (!may_queue) end = saturating_add(world.now(), client->options().session.parameters.timeout);
        if (deadline != std::chrono::steady_clock::time_point::max()) {
            const auto now = world.steady_now();  // time_point::min() is a deadline too
            end = saturating_add(world.now(), std::max(deadline, now) - now);
        }
        if (end <= world.now()) return attempt->give_up(attempt->deadline_error());  // nothing is sent
        attempt->expire_at(end);
        attempt->start();
    });
    return attempt;
}

}  // namespace paddock::detail
