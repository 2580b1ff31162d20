#include <paddock/inspect.hpp>

#include <limits>
#include <memory>
#include <utility>

#include "core/call.hpp"
#include "core/path.hpp"
#include "core/recipe_arguments.hpp"
#include "recipes/inspect/walk/inspection.hpp"

namespace paddock {
namespace {

using std::chrono::milliseconds;
using reports = std::vector<directory_report>;

constexpr std::size_t every_node = std::numeric_limits<std::size_t>::max();

reports ask(client& on, const std::string& path, bool tree, std::size_t most_nodes, milliseconds timeout,
            error_code& ec) {
    detail::validate_path(path, "inspect");
    const auto core = detail::live_client(on.core(), "inspect");
    detail::inspection_scope scope{detail::path_at_server(*core, path, "inspect"), tree, most_nodes};
    const auto make = [&](detail::inspection::sink_type sink) {
        return std::make_shared<detail::inspection>(core, scope, std::move(sink));
    };
    return detail::call<reports>(core, make, timeout, {}, ec);
}

}  // namespace

std::string_view name_of(recipe_kind kind) noexcept {
    switch (kind) {
        case recipe_kind::unknown: break;
        case recipe_kind::mutex: return "mutex";
        case recipe_kind::read_write_lock: return "read_write_lock";
        case recipe_kind::semaphore: return "semaphore";
        case recipe_kind::curator_semaphore: return "curator_semaphore";
        case recipe_kind::leader_latch: return "leader_latch";
        case recipe_kind::barrier: return "barrier";
        case recipe_kind::double_barrier: return "double_barrier";
        case recipe_kind::count_down_latch: return "count_down_latch";
    }
    return "unknown";
}

directory_report inspect(client& on, const std::string& path, milliseconds timeout) {
    return detail::or_throw(path, [&](error_code& ec) { return inspect(on, path, timeout, ec); });
}

directory_report inspect(client& on, const std::string& path, milliseconds timeout, error_code& ec) {
    reports found = ask(on, path, false, every_node, timeout, ec);
    directory_report report;
    report.path = path;
    if (!found.empty()) report = std::move(found.front());
    return report;
}

std::vector<directory_report> inspect_tree(client& on, const std::string& root, milliseconds timeout,
                                           std::size_t most_nodes) {
    return detail::or_throw(root,
                            [&](error_code& ec) { return inspect_tree(on, root, timeout, most_nodes, ec); });
}

std::vector<directory_report> inspect_tree(client& on, const std::string& root, milliseconds timeout,
                                           std::size_t most_nodes, error_code& ec) {
    if (most_nodes == 0)
        throw argument_error(errc::invalid_argument, "inspect_tree: most_nodes 0 must be at least 1");
    return ask(on, root, true, most_nodes, timeout, ec);
}

}  // namespace paddock
