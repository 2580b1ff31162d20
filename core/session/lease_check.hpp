#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "core/lease_core.hpp"
#include "core/operation.hpp"

namespace paddock::detail {

/// The linearizable question whether a lease's node exists: one multi[check] through the quorum, asked again over lost
/// connections until a server answers, the session ends (which is an answer), or one session timeout has passed.
class lease_check final : public operation<bool> {
public:
    lease_check(std::shared_ptr<session> home, std::shared_ptr<lease_core> held, sink_type sink);
    void start();

private:
    static asio::awaitable<void> run(std::shared_ptr<lease_check> self);
    [[nodiscard]] error_code deadline_error() const override { return errc::servers_unreachable; }

    const std::shared_ptr<session> home_;
    const std::shared_ptr<lease_core> held_;
};

}  // namespace paddock::detail
