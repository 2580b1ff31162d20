#include "recipes/double_barrier/double_barrier_core.hpp"

#include <utility>

#include "core/holder_record.hpp"
#include "core/path.hpp"
#include "core/recipe_arguments.hpp"
#include "recipes/double_barrier/double_barrier_plan.hpp"

namespace paddock::detail {
namespace {

settings_ptr make_settings(const client_core& client, const std::string& path) {
    const checked_options& options = client.options();
    auto made = std::make_shared<contender_settings>();
    made->directory = path_at_server(client, path, "double_barrier");
    made->shown = path;
    made->kind = member_kind;
    made->reads_record = true;
    made->watches_directory = true;
    made->acls = provided_acls(options.acls, made->directory, node_role::contender);
    made->levels = levels_of(made->directory, options.acls);
    made->data = record_writer(options.application, {});
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
    : client(live_client(std::move(on), "double_barrier")),
      path(recipe_path(std::move(where), "double_barrier")),
      members(valid_members(size, client->options().prefix.outside(path))),
      settings(make_settings(*client, path)) {}

void double_barrier_core::check_lease(const lease& held) const {
    if (!held)
        throw argument_error(errc::empty_lease, "leave: the lease is empty; it must be of '" + path + "'");
    const auto& core = *held.core();
    if (&core.context() == client->leases().get() && core.first().path == path) return;
    throw argument_error(errc::invalid_argument, "leave: the lease of '" + core.first().node +
                                                     "' must come from this client's barrier '" + path + "'");
}

}  // namespace paddock::detail
