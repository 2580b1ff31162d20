#include "recipes/double_barrier/double_barrier_core.hpp"

#include <unistd.h>

#include <utility>

#include "core/holder_record.hpp"
#include "core/path.hpp"
#include "recipes/double_barrier/double_barrier_plan.hpp"

namespace paddock::detail {
namespace {

std::shared_ptr<client_core> valid_client(std::shared_ptr<client_core> on) {
    if (on) return on;
    throw argument_error(errc::invalid_argument,
                         "double_barrier: the client was moved from; it must be a live client");
}

std::string valid_path(std::string path) {
    validate_path(path, "double_barrier");
    if (path == "/")
        throw argument_error(errc::invalid_path, "double_barrier: path '/' must not be the root");
    return path;
}

std::function<std::string()> record_writer(const checked_options& options) {
    holder_record record;
    record.host = host_name();
    record.application = options.application;
    return [record]() mutable {
        record.pid = ::getpid();
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        record.since_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
        return write_record(record);
    };
}

settings_ptr make_settings(const checked_options& options, const std::string& path) {
    auto made = std::make_shared<contender_settings>();
    made->directory = options.prefix.outside(path);
    validate_path(made->directory, "double_barrier");
    made->shown = path;
    made->kind = member_kind;
    made->reads_record = true;
    made->watches_directory = true;
    made->acls = provided_acls(options.acls, made->directory, node_role::contender);
    for (std::string& level_path : ancestry_of(made->directory)) {
        directory_level& level = made->levels.emplace_back();
        level.acls = provided_acls(options.acls, level_path, node_role::parent);
        level.path = std::move(level_path);
    }
    made->data = record_writer(options);
    return made;
}

std::size_t valid_members(std::size_t members, const std::string& directory) {
    const std::size_t most = members_max(directory.size());
    if (members >= 1 && members <= most) return members;
    throw argument_error(errc::invalid_argument, "double_barrier: " + std::to_string(members) +
                                                     " members are not from 1 to " + std::to_string(most) +
                                                     ", which one request can name");
}

}  // namespace

double_barrier_core::double_barrier_core(std::shared_ptr<client_core> on, std::string where, std::size_t size)
    : client(valid_client(std::move(on))),
      path(valid_path(std::move(where))),
      members(valid_members(size, client->options().prefix.outside(path))),
      settings(make_settings(client->options(), path)) {}

void double_barrier_core::check_lease(const lease& held) const {
    if (!held)
        throw argument_error(errc::empty_lease, "leave: the lease is empty; it must be of '" + path + "'");
    const auto& core = *held.core();
    if (&core.context() == client->leases().get() && core.first().path == path) return;
    throw argument_error(errc::invalid_argument, "leave: the lease of '" + core.first().node +
                                                     "' must come from this client's barrier '" + path + "'");
}

}  // namespace paddock::detail
