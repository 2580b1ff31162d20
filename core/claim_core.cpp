#include "core/claim_core.hpp"

#include <algorithm>
#include <utility>

#include "core/call.hpp"

namespace paddock::detail {
claim_core::claim_core(std::shared_ptr<client_core> on, std::string shown)
    : client(std::move(on)), path(std::move(shown)) {}

std::shared_ptr<operation<lease>> claim_core::begin(bool may_queue,
                                                    std::chrono::steady_clock::time_point deadline,
                                                    operation<lease>::sink_type sink,
                                                    error_code& refused) const {
    refused = refusal(*client);
    if (refused) return nullptr;
    const auto attempt = make_attempt(may_queue, std::move(sink));
    refused = client->entrance()->post([attempt, deadline, client = client, may_queue] {
        environment& world = client->world();
        boot_time end = end_of(world, deadline);
        const auto session_timeout = client->options().session.parameters.timeout;
        if (!may_queue) end = std::min(end, saturating_add(world.now(), session_timeout));
        if (end <= world.now()) return attempt->give_up(attempt->deadline_error());  // nothing is sent
        attempt->expire_at(end);
        attempt->start();
    });
    return attempt;
}

}  // namespace paddock::detail
