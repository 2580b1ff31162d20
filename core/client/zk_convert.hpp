#pragma once

#include <optional>
#include <string>
#include <vector>

#include <zookeeper/zookeeper.h>

#include <paddock/types.hpp>

#include "core/znode_api.hpp"

namespace paddock::detail {

/// What a completion's code says about its request, which was sent (rule 20). `expired`: the session has
/// ended.
reply classify(int code, bool expired);
/// The reply to a request that the library did not take.
reply refuse(int code, bool expired);

stat to_stat(const Stat& from);
/// The mode's number at the server.
int to_flags(create_mode mode);
/// Nothing for session events.
std::optional<watch_event> to_watch_event(int type);
std::vector<std::string> to_strings(const String_vector& from);

/// Access control list in the library's form; refers to `from`, which must live as long.
class acl_view {
public:
    explicit acl_view(const std::vector<acl>& from);
    acl_view(const acl_view&) = delete;
    acl_view& operator=(const acl_view&) = delete;
    [[nodiscard]] const ACL_vector* get() const noexcept { return &vector_; }

private:
    std::vector<ACL> entries_;
    ACL_vector vector_;
};

}  // namespace paddock::detail
