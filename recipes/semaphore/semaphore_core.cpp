#include "recipes/semaphore/semaphore_core.hpp"

#include <utility>

#include "core/call.hpp"
#include "recipes/semaphore/semaphore_plan.hpp"

namespace paddock::detail {
namespace {

void check_number(const char* what, std::uint32_t number, std::uint32_t most) {
    if (number >= 1 && number <= most) return;
    throw argument_error(errc::invalid_argument, std::string(what) + ": " + std::to_string(number) +
                                                     " must be from 1 to " + std::to_string(most));
}

}  // namespace

semaphore_core::semaphore_core(std::shared_ptr<client_core> on, std::string directory,
                               semaphore_options options)
    : client(std::move(on)), directory_(std::move(directory)), options_(std::move(options)) {
    check_number("limit", options_.limit, permits_max);
    one_permit_ = claim_of(1);
}

std::shared_ptr<queue_claim_core> semaphore_core::claim_of(std::uint32_t permits) const {
    check_number("permits", permits, options_.limit);
    queue_traits traits;
    traits.recipe = "semaphore";
    traits.kind = permit_kind(permits);
    traits.plan = [declared = options_.limit](const queue_view& seen) {
        return plan_semaphore(declared, seen);
    };
    traits.grant = grant_rule::by_write;
    traits.reads_record = true;
    traits.watches_directory = true;
    traits.directory_mode = create_mode::persistent;  // it keeps the limit when nobody is there
    traits.directory_data = write_semaphore_record({options_.limit, options_.limit});
    traits.order = [](const std::vector<std::string>& children, std::string_view record) {
        return semaphore_queue(children, read_semaphore_record(record).value_or(semaphore_record()));
    };
    claim_options options{options_.purpose, options_.on_position};
    return std::make_shared<queue_claim_core>(client, directory_, std::move(traits), std::move(options));
}

std::shared_ptr<limit_operation> semaphore_core::begin(limit_change change, std::chrono::milliseconds timeout,
                                                       limit_operation::sink_type sink,
                                                       error_code& refused) const {
    refused = errc::invalid_duration;
    if (timeout <= std::chrono::milliseconds::zero()) return nullptr;
    refused = refusal(*client);
    if (refused) return nullptr;
    auto query = std::make_shared<limit_operation>(client, one_permit_->queue(), change, std::move(sink));
    refused = client->entrance()->post(
        [query, timeout, client = client] { query->start(saturating_add(client->world().now(), timeout)); });
    return query;
}

}  // namespace paddock::detail
