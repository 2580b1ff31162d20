#include "core/directory_level.hpp"

#include <utility>

#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

std::vector<directory_level> levels_of(const std::string& directory, const acl_provider& acls) {
    std::vector<directory_level> levels;
    for (std::string& path : ancestry_of(directory)) {
        directory_level& level = levels.emplace_back();
        level.acls = provided_acls(acls, path, node_role::parent);
        level.path = std::move(path);
    }
    return levels;
}

std::vector<directory_level> levels_above(const std::string& node, const acl_provider& acls) {
    const auto end = node.rfind('/');
    return levels_of(end == 0 ? "/" : node.substr(0, end), acls);
}

asio::awaitable<error_code> create_levels(session& home, const std::vector<directory_level>& levels) {
    std::vector<mailbox<create_reply>> created;
    for (const directory_level& level : levels) {
        created.emplace_back(home.world().executor());
        home.create(level.path, level.data, level.mode, level.acls, created.back().sink());
    }
    error_code refused;
    for (const auto& level : created) {
        const create_reply made = co_await level.take();
        // A level that is there need not let us create in it; of the others the first refusal is the cause.
        if (made.ec && !is_code(made.ec, server_errc::node_exists) && !refused) refused = made.ec;
        if (is_code(made.ec, server_errc::node_exists) || !made.ec) refused = {};
    }
    co_return refused;
}

}  // namespace paddock::detail
