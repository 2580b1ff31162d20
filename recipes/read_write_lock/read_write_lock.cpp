#include <paddock/read_write_lock.hpp>

#include <utility>

#include "core/blocking.hpp"
#include "core/call.hpp"
#include "core/completion.hpp"
#include "core/queue_claim_core.hpp"
#include "recipes/read_write_lock/downgrade.hpp"
#include "recipes/read_write_lock/read_write_plan.hpp"

namespace paddock {

namespace detail {

/// What all copies of one lock share.
class read_write_core {
public:
    read_write_core(const std::shared_ptr<client_core>& on, const std::string& directory,
                    const claim_options& options)
        : read(side(on, directory, options, read_kind, plan_read)),
          write(side(on, directory, options, write_kind, plan_write)) {}

    /// Starts a downgrade, from any thread; as `claim_core::begin`. Throws `argument_error`.
    std::shared_ptr<downgrade> begin(lease writer, operation<lease>::sink_type sink,
                                     error_code& refused) const {
        const auto held = writer.core();
        if (!held) throw boost::system::system_error(errc::empty_lease, write->path);
        const bool ours = &held->context() == write->client->leases().get() &&
                          held->first().path == write->path && held->who().nodes.size() == 1 &&
                          downgraded_name(name_of(held->who().nodes.front()), "");
        if (!ours)
            throw argument_error(errc::invalid_argument, "downgrade: the lease of '" + held->first().node +
                                                             "' must be a write lease of '" + write->path +
                                                             "'");
        refused = refusal(*write->client);
        if (refused) return nullptr;
        held->silence();
        auto change =
            std::make_shared<downgrade>(write->client, read->queue(), std::move(writer), std::move(sink));
        refused = write->client->entrance()->post([change] { change->start(); });
        return change;
    }

    const std::shared_ptr<queue_claim_core> read;
    const std::shared_ptr<queue_claim_core> write;

private:
    static std::shared_ptr<queue_claim_core> side(const std::shared_ptr<client_core>& on,
                                                  const std::string& directory, const claim_options& options,
                                                  std::string_view kind, plan_function plan) {
        queue_traits traits;
        traits.recipe = "read_write_lock";
        traits.kind = kind;
        traits.plan = std::move(plan);
        traits.order = read_write_queue;
        return std::make_shared<queue_claim_core>(on, directory, std::move(traits), options);
    }
};

}  // namespace detail

read_write_lock::read_write_lock(client& on, std::string directory, claim_options options)
    : read_write_lock(std::make_shared<detail::read_write_core>(on.core(), directory, options)) {}

read_write_lock::read_write_lock(std::shared_ptr<detail::read_write_core> core)
    : core_(std::move(core)), read_(core_->read), write_(core_->write) {}

lease read_write_lock::downgrade(lease writer) {
    error_code ec;
    lease reader = downgrade(std::move(writer), ec);
    if (ec) throw boost::system::system_error(ec, path());
    return reader;
}

lease read_write_lock::downgrade(lease writer, error_code& ec) {
    detail::blocking_result<lease> outcome;
    (void)core_->begin(std::move(writer), outcome.sink(), ec);
    if (ec) return {};
    return outcome.wait(ec);
}

void read_write_lock::start_downgrade(std::shared_ptr<detail::read_write_core> core, lease writer,
                                      boost::asio::any_completion_handler<void(error_code, lease)> handler) {
    auto finish = detail::make_completion(std::move(handler), core->write->client->handlers());
    const auto cancelled = finish->cancels(core->write->client->entrance());
    error_code refused;
    *cancelled = core->begin(
        std::move(writer), [finish](error_code ec, lease held) { (*finish)(ec, std::move(held)); }, refused);
    if (refused) finish->later(refused, lease());
}

void read_write_lock::upgrade(const lease& reader) {
    error_code ec;
    upgrade(reader, ec);
    throw boost::system::system_error(ec, "upgrade");
}

void read_write_lock::upgrade(const lease&, error_code& ec) noexcept { ec = errc::would_deadlock; }

}  // namespace paddock
