#pragma once

#include <memory>

#include "core/client/reactor.hpp"
#include "integration/fidelity/side.hpp"
#include "integration/support/fault_proxy.hpp"

namespace paddock::testing {

/// A real server, through the real C client; each client comes through a proxy of its own. Sessions are kept from
/// one script to the next.
class real_side final : public side {
public:
    real_side(std::string host, std::uint16_t port);
    ~real_side() override;

    void run(const std::function<void()>& what) override;
    [[nodiscard]] bool wait(const std::function<bool()>& done) override;
    void open(actor_number who) override;
    void cut(actor_number who) override;
    void leave(actor_number who) override;
    void come_back(actor_number who) override;
    void expire(actor_number who) override;
    void strike(const script_step& step, const std::function<void()>& send) override;
    [[nodiscard]] std::array<std::size_t, client_count> watches_left(
        const std::function<void()>& remove_all) override;

private:
    const std::string host_;
    const std::uint16_t port_;
    std::shared_ptr<detail::reactor> reactor_ = detail::reactor::shared();
    std::array<fault_proxy, client_count> proxies_{fault_proxy(host_, port_), fault_proxy(host_, port_)};
};

}  // namespace paddock::testing
