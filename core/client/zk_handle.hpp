#pragma once

#include <sys/types.h>

#include <memory>

#include "core/environment.hpp"

namespace paddock::detail {

class reactor;
class zk_loop;

/// `znode_api` on one handle of the C client.
class zk_handle final : public znode_api {
public:
    zk_handle(reactor& owner, const session_parameters& parameters, session_listener& listener);
    zk_handle(const zk_handle&) = delete;
    zk_handle& operator=(const zk_handle&) = delete;
    ~zk_handle() override;

    void create(const std::string& path, const std::string& data, create_mode mode,
                const std::vector<acl>& acls, reply_to<create_reply> done) override;
    void get(const std::string& path, bool watch, reply_to<get_reply> done) override;
    void exists(const std::string& path, reply_to<stat_reply> done) override;
    void children(const std::string& path, bool watch, reply_to<children_reply> done) override;
    void set(const std::string& path, const std::string& data, std::int32_t version,
             reply_to<stat_reply> done) override;
    void remove(const std::string& path, std::int32_t version, reply_to<reply> done) override;
    void multi(const std::vector<multi_op>& ops, reply_to<multi_reply> done) override;
    void sync(const std::string& path, reply_to<reply> done) override;
    void remove_watch(const std::string& path, watch_kind kind) override;
    void close(std::function<void()> done) override;
    [[nodiscard]] wire_counts counts() const override;

private:
    std::shared_ptr<zk_loop> loop_;
    pid_t process_;
};

}  // namespace paddock::detail
