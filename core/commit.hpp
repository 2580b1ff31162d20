#pragma once

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include <paddock/transaction.hpp>

#include "core/client_core.hpp"
#include "core/operation.hpp"
#include "core/transaction_body.hpp"

namespace paddock::detail {

/// A transaction as it goes to the server: paths with the name space, access control lists, the guard's check first.
struct commit_request {
    std::shared_ptr<lease_core> guard;
    std::vector<multi_op> ops;
};

/// On the caller's thread, because it asks the user's `acl_provider`. Throws `argument_error` if the lease belongs to
/// another client, or the whole is too large.
commit_request make_commit_request(const client_core& core, const transaction_body& body);

/// Commits one transaction: the guard's check first, then the operations, as one multi. Sent once: a lost reply is
/// reported as `errc::outcome_unknown`, for only the caller knows what a second try would mean.
class commit_operation final : public operation<std::vector<transaction_result>> {
public:
    commit_operation(std::shared_ptr<client_core> core, commit_request request, sink_type sink);
    void start(boot_time deadline);
    /// What was sent may take effect even so, while the client closes for example.
    void give_up(error_code ec) override {
        const bool doubtful = sent_ && ec != make_error_code(boost::asio::error::operation_aborted);
        operation::give_up(doubtful ? make_error_code(errc::outcome_unknown) : ec);
    }

private:
    static asio::awaitable<void> run(std::shared_ptr<commit_operation> self);
    void answer(const multi_reply& reply);
    [[nodiscard]] error_code deadline_error() const override {
        return sent_ ? errc::outcome_unknown : errc::servers_unreachable;
    }

    const std::shared_ptr<client_core> core_;
    const commit_request request_;
    bool sent_ = false;
};

}  // namespace paddock::detail
