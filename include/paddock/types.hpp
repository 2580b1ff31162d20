#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paddock {

/// What a server knows about a node. zxids order all writes of an ensemble; times are the server's wall clock.
struct stat {
    std::int64_t czxid = 0;             ///< zxid of the node's creation
    std::int64_t mzxid = 0;             ///< zxid of the last change of its data
    std::int64_t created_ms = 0;        ///< milliseconds since 1970
    std::int64_t modified_ms = 0;       ///< milliseconds since 1970
    std::int32_t version = 0;           ///< number of data changes
    std::int32_t children_version = 0;  ///< number of child creations and deletions
    std::int64_t ephemeral_owner = 0;   ///< session that the node ends with; 0 if it is not ephemeral
    std::int32_t data_length = 0;       ///< bytes
    std::int32_t children = 0;          ///< number of children
};

enum class create_mode { persistent, ephemeral, sequential, ephemeral_sequential, container };

/// Rights of an access control list entry; add them with `|`.
enum permission : std::int32_t {
    can_read = 1,
    can_write = 2,
    can_create = 4,
    can_delete = 8,
    can_admin = 16,
    can_all = 31,
};

/// One entry of a node's access control list.
struct acl {
    std::int32_t permissions = can_all;
    std::string scheme = "world";
    std::string id = "anyone";
    friend bool operator==(const acl&, const acl&) = default;
};

/// What a node is to Paddock, for an `acl_provider`.
enum class node_role { parent, contender };

/// Chooses the access control list of a node that Paddock creates. Called on the thread that constructs the
/// recipe, once per directory level and once for the contenders; `path` includes the name space. An empty
/// answer is refused.
using acl_provider = std::function<std::vector<acl>(std::string_view path, node_role role)>;

/// Identifies the client to the servers; sent on every connection. Digest: scheme "digest", secret "user:password".
struct credentials {
    std::string scheme = "digest";
    std::string secret;
};

}  // namespace paddock
