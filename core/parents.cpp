#include "core/parents.hpp"

#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

parent_levels levels_above(const std::string& path, const acl_provider& acls) {
    std::vector<std::string> levels = ancestry_of(path);
    if (!levels.empty()) levels.pop_back();
    parent_levels made;
    for (std::string& level : levels) {
        auto rights = provided_acls(acls, level, node_role::parent);
        made.emplace_back(std::move(level), std::move(rights));
    }
    return made;
}

asio::awaitable<error_code> create_levels(session& home, const parent_levels& levels) {
    std::vector<mailbox<create_reply>> created;
    for (const auto& [path, acls] : levels) {
        created.emplace_back(home.world().executor());
        home.create(path, {}, create_mode::container, acls, created.back().sink());
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
