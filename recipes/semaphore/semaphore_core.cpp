#include "recipes/semaphore/semaphore_core.hpp"

#include <utility>

#include "recipes/semaphore/permits/semaphore_plan.hpp"

namespace paddock::detail {

void check_permits(const char* what, std::uint32_t number, std::uint32_t most) {
    if (number >= 1 && number <= most) return;
    throw argument_error(errc::invalid_argument, std::string(what) + ": " + std::to_string(number) +
                                                     " must be from 1 to " + std::to_string(most));
}

semaphore_core::semaphore_core(std::shared_ptr<client_core> on, std::string directory,
                               semaphore_options options)
    : client(std::move(on)), directory_(std::move(directory)), options_(std::move(options)) {
    check_permits("limit", options_.limit, permits_max);
    one_permit_ = claim_of(1);
}

std::shared_ptr<queue_claim_core> semaphore_core::claim_of(std::uint32_t permits) const {
    check_permits("permits", permits, options_.limit);
    queue_traits traits;
    traits.recipe = "semaphore";
    traits.kind = permit_kind(permits);
    traits.plan = [declared = options_.limit](const queue_view& seen) {
        return plan_semaphore(declared, seen);
    };
    traits.grant = grant_rule::by_write;
    traits.reads_record = true;
    traits.watches_directory = true;
    traits.sharing = sharing_traits{options_.sharing, options_.limit / permits, false};
    traits.directory_mode = create_mode::persistent;  // it keeps the limit when nobody is there
    traits.directory_data = write_semaphore_record({options_.limit, options_.limit});
    traits.order = [](const std::vector<std::string>& children, std::string_view record) {
        return semaphore_queue(children, read_semaphore_record(record).value_or(semaphore_record()));
    };
    claim_options options{options_.purpose, options_.on_position};
    return std::make_shared<queue_claim_core>(client, directory_, std::move(traits), std::move(options));
}

}  // namespace paddock::detail
