#include <paddock/mutex.hpp>

#include <memory>
#include <utility>

#include "core/queue_claim_core.hpp"
#include "recipes/mutex/mutex_plan.hpp"

namespace paddock {
namespace {

std::shared_ptr<detail::queue_claim_core> make_core(client& on, std::string directory,
                                                    mutex_options options) {
    detail::queue_traits traits;
    traits.recipe = "mutex";
    traits.kind = detail::mutex_kind;
    traits.plan = detail::plan_mutex;
    traits.leaves_notes = true;
    traits.sharing = detail::sharing_traits{.options = options.sharing};
    traits.order = detail::mutex_queue;
    claim_options common{std::move(options.purpose), std::move(options.on_position)};
    return std::make_shared<detail::queue_claim_core>(on.core(), std::move(directory), std::move(traits),
                                                      std::move(common));
}

}  // namespace

mutex::mutex(client& on, std::string directory, mutex_options options)
    : queue_claim(make_core(on, std::move(directory), std::move(options))) {}

}  // namespace paddock
