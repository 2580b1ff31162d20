#include "recipes/mutex/mutex_core.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/holder_record.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "recipes/mutex/mutex_plan.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t purpose_bytes_max = 1024;

std::shared_ptr<client_core> valid_client(std::shared_ptr<client_core> on) {
    if (on) return on;
    throw argument_error(errc::invalid_argument,
                         "mutex: the client was moved from; it must be a live client");
}

std::string valid_directory(std::string directory) {
    validate_path(directory, "mutex");
    if (directory == "/") throw argument_error(errc::invalid_path, "mutex: path '/' must not be the root");
    return directory;
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

}  // namespace

mutex_core::mutex_core(std::shared_ptr<client_core> on, std::string directory, mutex_options options)
    : client(valid_client(std::move(on))), path(valid_directory(std::move(directory))) {
    check_purpose(options.purpose);
    const checked_options& settings = client->options();
    auto made = std::make_shared<contender_settings>();
    made->directory = settings.prefix.outside(path);
    validate_path(made->directory, "mutex");
    made->kind = mutex_kind;
    made->plan = plan_mutex;
    made->acls = provided_acls(settings.acls, made->directory, node_role::contender);
    for (std::string& level : ancestry_of(made->directory)) {
        auto acls = provided_acls(settings.acls, level, node_role::parent);
        made->parents.emplace_back(std::move(level), std::move(acls));
    }
    made->data = record_writer(settings, std::move(options.purpose));
    made->on_position = std::move(options.on_position);
    settings_ = std::move(made);
}

std::shared_ptr<operation<lease>> mutex_core::begin(bool may_queue,
                                                    std::chrono::steady_clock::time_point deadline,
                                                    operation<lease>::sink_type sink,
                                                    error_code& refused) const {
    auto attempt = std::make_shared<contender>(client, settings_, may_queue, std::move(sink));
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

std::shared_ptr<queue_listing> mutex_core::list(std::size_t most, std::chrono::milliseconds timeout,
                                                queue_listing::sink_type sink, error_code& refused) const {
    auto query = std::make_shared<queue_listing>(client, settings_->directory, settings_->kind, mutex_queue,
                                                 most, std::move(sink));
    refused = errc::invalid_duration;
    if (timeout <= std::chrono::milliseconds::zero()) return query;
    refused = client->entrance()->post(
        [query, timeout, client = client] { query->start(saturating_add(client->world().now(), timeout)); });
    return query;
}

}  // namespace paddock::detail
