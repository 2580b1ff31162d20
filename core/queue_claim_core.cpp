#include "core/queue_claim_core.hpp"

#include <unistd.h>

#include <utility>

#include "core/contender/contender.hpp"
#include "core/holder_record.hpp"
#include "core/text.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t purpose_bytes_max = 1024;

std::string valid_directory(std::string directory, std::string_view recipe) {
    validate_path(directory, recipe);
    if (directory != "/") return directory;
    throw argument_error(errc::invalid_path, std::string(recipe) + ": path '/' must not be the root");
}

void check_purpose(const std::string& purpose) {
    if (purpose.size() <= purpose_bytes_max && is_utf8(purpose)) return;
    throw argument_error(errc::invalid_argument,
                         "purpose: '" + printable(purpose) + "' must be valid UTF-8 of at most 1024 bytes");
}

std::function<std::string()> record_writer(const checked_options& options, std::string purpose) {
    holder_record record;
    record.host = host_name();
    record.application = options.application;
    record.purpose = std::move(purpose);
    return [record]() mutable {
        record.pid = ::getpid();
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        record.since_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
        return write_record(record);
    };
}

std::vector<directory_level> levels_of(const checked_options& settings, const std::string& directory) {
    std::vector<directory_level> levels;
    for (std::string& path : ancestry_of(directory)) {
        directory_level& level = levels.emplace_back();
        level.acls = provided_acls(settings.acls, path, node_role::parent);
        level.path = std::move(path);
    }
    return levels;
}

}  // namespace

queue_claim_core::queue_claim_core(std::shared_ptr<client_core> on, std::string directory,
                                   queue_traits traits, claim_options options)
    : claim_core(std::move(on), valid_directory(std::move(directory), traits.recipe)),
      order_(std::move(traits.order)) {
    check_purpose(options.purpose);
    const checked_options& settings = client->options();
    auto made = std::make_shared<contender_settings>();
    made->directory = settings.prefix.outside(path);
    validate_path(made->directory, traits.recipe);
    made->shown = path;
    made->kind = std::move(traits.kind);
    made->plan = std::move(traits.plan);
    made->grant = traits.grant;
    made->reads_record = traits.reads_record;
    made->watches_directory = traits.watches_directory;
    made->acls = provided_acls(settings.acls, made->directory, node_role::contender);
    made->levels = levels_of(settings, made->directory);
    made->levels.back().mode = traits.directory_mode;
    made->levels.back().data = std::move(traits.directory_data);
    made->data = traits.data ? std::move(traits.data) : record_writer(settings, std::move(options.purpose));
    made->on_position = std::move(options.on_position);
    settings_ = std::move(made);
}

std::shared_ptr<acquire_operation> queue_claim_core::make_attempt(bool may_queue,
                                                                  operation<lease>::sink_type sink) const {
    const std::vector<settings_ptr> queues = {settings_};
    return std::make_shared<contender>(client, queues, may_queue, std::move(sink));
}

std::shared_ptr<queue_listing> queue_claim_core::list(std::size_t most, std::chrono::milliseconds timeout,
                                                      queue_listing::sink_type sink,
                                                      error_code& refused) const {
    auto query = std::make_shared<queue_listing>(client, settings_, order_, most, std::move(sink));
    refused = errc::invalid_duration;
    if (timeout <= std::chrono::milliseconds::zero()) return query;
    refused = client->entrance()->post(
        [query, timeout, client = client] { query->start(saturating_add(client->world().now(), timeout)); });
    return query;
}

}  // namespace paddock::detail
