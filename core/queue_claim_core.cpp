#include "core/queue_claim_core.hpp"

#include <utility>

#include "core/call.hpp"
#include "core/contender/contender.hpp"
#include "core/holder_record.hpp"
#include "core/local_queue/local_queue.hpp"
#include "core/recipe_arguments.hpp"
#include "core/text.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t purpose_bytes_max = 1024;

void check_purpose(const std::string& purpose) {
    if (purpose.size() <= purpose_bytes_max && is_utf8(purpose)) return;
    throw argument_error(errc::invalid_argument,
                         "purpose: '" + printable(purpose) + "' must be valid UTF-8 of at most 1024 bytes");
}

void check_sharing(const sharing_options& sharing, bool exclusive) {
    using namespace std::chrono_literals;
    if (sharing.time <= 0ms || sharing.time > 1h)
        throw argument_error(errc::invalid_duration,
                             "sharing.time: " + std::to_string(sharing.time.count()) +
                                 " ms is not above 0 and up to 1 h (turns of 0 turn sharing off)");
    if (sharing.linger < 0ms || sharing.linger > 1h)
        throw argument_error(
            errc::invalid_duration,
            "sharing.linger: " + std::to_string(sharing.linger.count()) + " ms is not from 0 to 1 h");
    if (sharing.linger > 0ms && !exclusive)
        throw argument_error(errc::invalid_argument,
                             "sharing.linger: " + std::to_string(sharing.linger.count()) +
                                 " ms: only what one holds at a time can linger");
}

}  // namespace

queue_claim_core::queue_claim_core(std::shared_ptr<client_core> on, std::string directory,
                                   queue_traits traits, claim_options options)
    : claim_core(live_client(std::move(on), traits.recipe), recipe_path(std::move(directory), traits.recipe)),
      order_(std::move(traits.order)) {
    check_purpose(options.purpose);
    const checked_options& settings = client->options();
    auto made = std::make_shared<contender_settings>();
    made->directory = path_at_server(*client, path, traits.recipe);
    made->shown = path;
    made->kind = std::move(traits.kind);
    made->plan = std::move(traits.plan);
    made->grant = traits.grant;
    made->reads_record = traits.reads_record;
    made->watches_directory = traits.watches_directory;
    made->leaves_notes = traits.leaves_notes;
    made->acls = provided_acls(settings.acls, made->directory, node_role::contender);
    made->levels = levels_of(made->directory, settings.acls);
    made->levels.back().mode = traits.directory_mode;
    made->levels.back().data = std::move(traits.directory_data);
    const std::string purpose = options.purpose;
    made->data = traits.data ? std::move(traits.data)
                             : record_writer(settings.application, std::move(options.purpose));
    made->on_position = std::move(options.on_position);
    settings_ = std::move(made);
    if (traits.sharing) share(*traits.sharing, purpose);
}

void queue_claim_core::share(const sharing_traits& sharing, const std::string& purpose) {
    const sharing_options& wanted = sharing.options;
    check_sharing(wanted, sharing.exclusive);
    const bool shares = wanted.turns > 0 || wanted.linger > wanted.linger.zero();
    if (!shares || client->entrance()->in_other_process()) return;
    const place_key key{settings_->directory, settings_->levels.back().data, settings_->kind, purpose,
                        wanted};
    place_ = client->places().find(key, [&] { return local_queue::make(client, settings_, sharing); });
}

lease queue_claim_core::take_at_once(std::chrono::steady_clock::time_point deadline) const {
    const bool silent = !settings_->on_position;  // it is told by core
    return place_ && silent ? place_->take_at_once(deadline) : lease();
}

std::shared_ptr<acquire_operation> queue_claim_core::make_attempt(bool may_queue,
                                                                  operation<lease>::sink_type sink) const {
    if (place_) return std::make_shared<local_attempt>(client, place_, settings_, may_queue, std::move(sink));
    const std::vector<settings_ptr> queues = {settings_};
    return std::make_shared<contender>(client, queues, may_queue, std::move(sink));
}

std::shared_ptr<queue_listing> queue_claim_core::list(std::size_t most, std::chrono::milliseconds timeout,
                                                      queue_listing::sink_type sink,
                                                      error_code& refused) const {
    refused = refusal(*client, timeout);
    if (refused) return nullptr;
    auto query = std::make_shared<queue_listing>(client, settings_, order_, most, std::move(sink));
    refused = launch(client, query, timeout);
    return query;
}

}  // namespace paddock::detail
