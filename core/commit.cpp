#include "core/commit.hpp"

#include <algorithm>
#include <utility>

#include "core/limits.hpp"
#include "core/path.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

namespace {

std::size_t acl_bytes(const std::vector<acl>& list) {
    std::size_t bytes = 0;
    for (const acl& entry : list) bytes += entry.scheme.size() + entry.id.size() + 12;
    return bytes;
}

}  // namespace

commit_request make_commit_request(const client_core& core, const transaction_body& body) {
    if (&body.guard->context() != core.leases().get()) {
        throw argument_error(errc::invalid_argument, "commit: the lease of '" + body.guard->first().node +
                                                         "' must come from the client that commits");
    }
    const checked_options& options = core.options();
    commit_request request;
    request.guard = body.guard;
    request.ops = checks_of(*body.guard);
    std::size_t bytes = body.bytes;
    for (multi_op op : body.ops) {
        op.path = options.prefix.outside(op.path);
        if (op.what == multi_op::kind::create)
            op.acls = provided_acls(options.acls, op.path, node_role::contender);
        bytes += options.prefix.prefix().size() + acl_bytes(op.acls);
        request.ops.push_back(std::move(op));
    }
    if (bytes > request_bytes_max) {
        throw argument_error(errc::payload_too_large,
                             "commit: " + std::to_string(bytes) + " bytes are more than the " +
                                 std::to_string(request_bytes_max) + " that one request may have");
    }
    return request;
}

commit_operation::commit_operation(std::shared_ptr<client_core> core, commit_request request, sink_type sink)
    : operation(core->world(), std::move(sink)), core_(std::move(core)), request_(std::move(request)) {}

void commit_operation::start(boot_time deadline) {
    core_->admit(shared_from_this());
    if (finished()) return;
    expire_at(deadline);
    auto self = std::static_pointer_cast<commit_operation>(shared_from_this());
    drive(run(std::move(self)));
}

asio::awaitable<void> commit_operation::run(std::shared_ptr<commit_operation> self) {
    for (;;) {  // ends once it has been sent, by the deadline, or when the lease is lost
        lease_core& guard = *self->request_.guard;
        const auto home = guard.home();
        bool connected = false;
        if (home && guard.state() != lease_state::lost) connected = co_await home->wait_connected(*self);
        guard.begin_write();
        if (!connected || guard.state() == lease_state::lost) {
            guard.end_write();
            self->finish(errc::lease_lost, {});  // unless it has been given up
            co_return;
        }
        const mailbox<multi_reply> committed(self->world_.executor());
        self->sent_ = true;
        home->multi(self->request_.ops, committed.sink());
        const multi_reply reply = co_await committed.take();
        // Without an answer it may take effect for as long as the node is there: a server may still be working on it.
        if (reply.what != fate::unknown) guard.end_write();
        if (reply.what != fate::not_sent) {
            self->answer(reply);
            co_return;
        }
        self->sent_ = false;
    }
}

void commit_operation::answer(const multi_reply& reply) {
    const std::size_t guards = request_.guard->who().nodes.size();
    if (reply.what == fate::unknown) {
        finish(errc::outcome_unknown, {});
    } else if (reply.ec) {
        bool guard_failed = false;
        for (std::size_t i = 0; i < std::min(guards, reply.results.size()); ++i)
            guard_failed = guard_failed || is_code(reply.results[i].ec, server_errc::no_node);
        finish(guard_failed ? make_error_code(errc::lease_lost) : reply.ec, {});
    } else {
        std::vector<transaction_result> results;
        for (std::size_t i = guards; i < reply.results.size(); ++i) {
            const multi_result& one = reply.results[i];
            transaction_result shown;
            if (!one.path.empty()) shown.path = core_->options().prefix.inside(one.path);
            shown.node = one.node;
            results.push_back(std::move(shown));
        }
        finish({}, std::move(results));
    }
}

}  // namespace paddock::detail
