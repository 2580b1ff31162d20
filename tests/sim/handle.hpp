#pragma once

#include <memory>

#include "tests/sim/client.hpp"

namespace paddock::testing {

/// The simulated ensemble's side of the seam.
class sim_handle final : public detail::znode_api {
public:
    explicit sim_handle(std::shared_ptr<sim_client> inside) : inside_(std::move(inside)) {}
    ~sim_handle() override { inside_->abandon(); }
    sim_handle(const sim_handle&) = delete;
    sim_handle& operator=(const sim_handle&) = delete;

    void create(const std::string& path, const std::string& data, create_mode mode,
                const std::vector<acl>& acls, detail::reply_to<detail::create_reply> done) override;
    void get(const std::string& path, bool watch, detail::reply_to<detail::get_reply> done) override;
    void exists(const std::string& path, detail::reply_to<detail::stat_reply> done) override;
    void children(const std::string& path, bool watch,
                  detail::reply_to<detail::children_reply> done) override;
    void set(const std::string& path, const std::string& data, std::int32_t version,
             detail::reply_to<detail::stat_reply> done) override;
    void remove(const std::string& path, std::int32_t version, detail::reply_to<detail::reply> done) override;
    void multi(const std::vector<detail::multi_op>& ops, detail::reply_to<detail::multi_reply> done) override;
    void sync(const std::string& path, detail::reply_to<detail::reply> done) override;
    void remove_watch(const std::string& path, detail::watch_kind kind) override {
        inside_->remove_watch(path, kind);
    }
    void close(std::function<void()> done) override { inside_->close(std::move(done)); }
    [[nodiscard]] detail::wire_counts counts() const override { return inside_->counts(); }

private:
    const std::shared_ptr<sim_client> inside_;
};

}  // namespace paddock::testing
