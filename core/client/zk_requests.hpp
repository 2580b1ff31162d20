#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/client/zk_loop.hpp"

namespace paddock::detail {

/// The operations of the seam, on the library's asynchronous calls. Each request is an object that the
/// library carries along as the completion's data and that ends on the loop's ready list; it owns whatever
/// the library writes to, and so outlives the handle's owner (rule 19).
namespace zk_requests {

void create(zk_loop& loop, const std::string& path, const std::string& data, create_mode mode,
            const std::vector<acl>& acls, reply_to<create_reply> done);
void get(zk_loop& loop, const std::string& path, bool watch, reply_to<get_reply> done);
void exists(zk_loop& loop, const std::string& path, reply_to<stat_reply> done);
void children(zk_loop& loop, const std::string& path, bool watch, reply_to<children_reply> done);
void set(zk_loop& loop, const std::string& path, const std::string& data, std::int32_t version,
         reply_to<stat_reply> done);
void remove(zk_loop& loop, const std::string& path, std::int32_t version, reply_to<reply> done);
void sync(zk_loop& loop, const std::string& path, reply_to<reply> done);
void multi(zk_loop& loop, const std::vector<multi_op>& ops, reply_to<multi_reply> done);
void remove_watch(zk_loop& loop, const std::string& path, watch_kind kind);

/// One cheap round trip, on a loop that takes no other requests any more.
void probe(zk_loop& loop, zhandle_t* zh, std::function<void(reply)> done);

}  // namespace zk_requests
}  // namespace paddock::detail
