#include "tests/sim/wire.hpp"

#include <array>

namespace paddock::testing {

namespace {

// Close to the real protocol's sizes; tests only compare them.
constexpr std::size_t header_bytes = 20;
constexpr std::size_t stat_bytes = 68;

std::size_t bytes_of(const std::vector<acl>& acls) {
    std::size_t sum = 4;
    for (const auto& entry : acls) sum += 12 + entry.scheme.size() + entry.id.size();
    return sum;
}

}  // namespace

std::string_view name_of(request_kind kind) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(request_kind::count)> names{
        "create", "get",  "exists",       "children", "set",     "remove",
        "multi",  "sync", "remove_watch", "ping",     "connect", "close"};
    return names.at(static_cast<std::size_t>(kind));
}

std::size_t request::bytes() const {
    std::size_t sum = header_bytes + path.size() + data.size();
    if (kind == request_kind::create) sum += bytes_of(acls);
    for (const auto& op : ops) sum += header_bytes + op.path.size() + op.data.size() + bytes_of(op.acls);
    return sum;
}

watch_key request::watched() const {
    if (kind == request_kind::remove_watch) return {watch_kind, path};
    return {kind == request_kind::children ? detail::watch_kind::children : detail::watch_kind::data, path};
}

std::size_t response::bytes() const {
    std::size_t sum = header_bytes + path.size() + data.size();
    for (const auto& name : names) sum += 4 + name.size();
    for (const auto& result : results) sum += header_bytes + result.path.size() + stat_bytes;
    const bool has_stat =
        !ec && (kind == request_kind::create || kind == request_kind::get || kind == request_kind::exists ||
                kind == request_kind::children || kind == request_kind::set);
    return sum + (has_stat ? stat_bytes : 0);
}

}  // namespace paddock::testing
