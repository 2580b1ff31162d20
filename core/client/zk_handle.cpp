#include "core/client/zk_handle.hpp"

#include <unistd.h>

#include "core/client/zk_requests.hpp"

namespace paddock::detail {

zk_handle::zk_handle(reactor& owner, const session_parameters& parameters, session_listener& listener)
    : loop_(std::make_shared<zk_loop>(owner, parameters, listener)), process_(::getpid()) {
    loop_->start();
}

zk_handle::~zk_handle() {
    if (process_ == ::getpid()) {
        loop_->abandon();
    } else {
        new std::shared_ptr<zk_loop>(std::move(loop_));  // hazard D10: the connection is our parent's
    }
}

void zk_handle::create(const std::string& path, const std::string& data, create_mode mode,
                       const std::vector<acl>& acls, reply_to<create_reply> done) {
    zk_requests::create(*loop_, path, data, mode, acls, std::move(done));
}
void zk_handle::get(const std::string& path, bool watch, reply_to<get_reply> done) {
    zk_requests::get(*loop_, path, watch, std::move(done));
}
void zk_handle::exists(const std::string& path, reply_to<stat_reply> done) {
    zk_requests::exists(*loop_, path, std::move(done));
}
void zk_handle::children(const std::string& path, bool watch, reply_to<children_reply> done) {
    zk_requests::children(*loop_, path, watch, std::move(done));
}
void zk_handle::set(const std::string& path, const std::string& data, std::int32_t version,
                    reply_to<stat_reply> done) {
    zk_requests::set(*loop_, path, data, version, std::move(done));
}
void zk_handle::remove(const std::string& path, std::int32_t version, reply_to<reply> done) {
    zk_requests::remove(*loop_, path, version, std::move(done));
}
void zk_handle::multi(const std::vector<multi_op>& ops, reply_to<multi_reply> done) {
    zk_requests::multi(*loop_, ops, std::move(done));
}
void zk_handle::sync(const std::string& path, reply_to<reply> done) {
    zk_requests::sync(*loop_, path, std::move(done));
}
void zk_handle::remove_watch(const std::string& path, watch_kind kind) {
    zk_requests::remove_watch(*loop_, path, kind);
}
void zk_handle::close(std::function<void()> done) { loop_->close(std::move(done)); }
wire_counts zk_handle::counts() const { return loop_->counts(); }

}  // namespace paddock::detail
