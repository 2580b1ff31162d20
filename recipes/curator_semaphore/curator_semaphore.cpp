#include <paddock/curator_semaphore.hpp>

#include <utility>

#include "core/contender/fifo_plan.hpp"
#include "core/path.hpp"
#include "core/queue_claim_core.hpp"
#include "recipes/curator_semaphore/curator_attempt.hpp"
#include "recipes/curator_semaphore/curator_lease_plan.hpp"

namespace paddock {

namespace detail {
namespace {

constexpr std::uint32_t curator_permits_max = 1'000'000;

// Cannot be part of a multi_lock: `queue()` stays null.
class curator_semaphore_core final : public claim_core {
public:
    curator_semaphore_core(const std::shared_ptr<client_core>& on, std::string directory,
                           curator_semaphore_options options)
        : claim_core(on, std::move(directory)),
          locks_(queue_below(
              "locks", "lock-", [](const queue_view& seen) { return plan_fifo("lock-", seen); },
              options.purpose)),
          leases_(queue_below(
              "leases", "lease-",
              [limit = options.limit](const queue_view& seen) { return plan_curator_lease(limit, seen); },
              options.purpose)) {}

private:
    settings_ptr queue_below(const char* name, const char* kind, plan_function plan,
                             std::string purpose) const {
        validate_path(path, "curator_semaphore");
        queue_traits traits;
        traits.recipe = "curator_semaphore";
        traits.kind = kind;
        traits.plan = std::move(plan);
        traits.watches_directory = true;
        return queue_claim_core(client, join_path(path, name), std::move(traits), {std::move(purpose), {}})
            .queue();
    }
    [[nodiscard]] std::shared_ptr<acquire_operation> make_attempt(
        bool may_queue, operation<lease>::sink_type sink) const override {
        return std::make_shared<curator_attempt>(client, locks_, leases_, may_queue, std::move(sink));
    }

    const settings_ptr locks_;
    const settings_ptr leases_;
};

std::shared_ptr<claim_core> checked_core(const std::shared_ptr<client_core>& on, std::string directory,
                                         curator_semaphore_options options) {
    if (options.limit < 1 || options.limit > curator_permits_max)
        throw argument_error(errc::invalid_argument,
                             "limit: " + std::to_string(options.limit) + " must be from 1 to 1000000");
    return std::make_shared<curator_semaphore_core>(on, std::move(directory), std::move(options));
}

}  // namespace
}  // namespace detail

curator_semaphore::curator_semaphore(client& on, std::string directory, curator_semaphore_options options)
    : claim(detail::checked_core(on.core(), std::move(directory), std::move(options))) {}

}  // namespace paddock
