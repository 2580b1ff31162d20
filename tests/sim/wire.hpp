#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/znode_api.hpp"

namespace paddock::testing {

enum class request_kind {
    create,
    get,
    exists,
    children,
    set,
    remove,
    multi,
    sync,
    remove_watch,
    ping,
    connect,
    close,
    count
};
std::string_view name_of(request_kind kind);

/// Handles are numbered from 1 in the order of opening.
using handle_number = std::size_t;
constexpr handle_number every_handle = 0;

/// A watch of one connection; data watches come first, as in the packet that sets them again.
using watch_key = std::pair<detail::watch_kind, std::string>;

struct request {
    request_kind kind = request_kind::ping;
    std::string path;
    std::string data;
    create_mode mode = create_mode::persistent;
    std::vector<acl> acls;
    std::int32_t version = -1;
    bool watch = false;
    detail::watch_kind watch_kind = detail::watch_kind::data;  ///< of remove_watch
    std::vector<detail::multi_op> ops;

    [[nodiscard]] std::size_t bytes() const;
    /// What it leaves, if it leaves a watch, or removes.
    [[nodiscard]] watch_key watched() const;
};

struct connect_request {
    std::int64_t session = 0;  ///< 0: a new one
    std::chrono::milliseconds timeout{};
    std::int64_t last_zxid = 0;
    std::vector<credentials> auth;
};

/// What a handle has left on its former connection; goes first on the next.
struct set_watches_request {
    std::vector<watch_key> watches;
    std::int64_t last_zxid = 0;
};

/// The answer to any request; each kind uses its part.
struct response {
    request_kind kind = request_kind::ping;
    error_code ec;
    std::int64_t zxid = 0;
    std::string path;
    std::string data;
    stat node;
    std::vector<std::string> names;
    std::vector<detail::multi_result> results;

    [[nodiscard]] std::size_t bytes() const;
};

struct connect_response {
    std::int64_t session = 0;  ///< 0: there is no such session
    std::chrono::milliseconds timeout{};
};

}  // namespace paddock::testing
