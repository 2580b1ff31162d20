#include <paddock/read_write_lock.hpp>

#include <utility>

#include "core/call.hpp"
#include "core/path.hpp"
#include "core/queue_claim_core.hpp"
#include "recipes/read_write_lock/downgrade/downgrade.hpp"
#include "recipes/read_write_lock/queue/read_write_plan.hpp"

namespace paddock {

namespace detail {

/// What all copies of one lock share.
class read_write_core {
public:
    std::shared_ptr<queue_claim_core> read;
    std::shared_ptr<queue_claim_core> write;
};

}  // namespace detail

namespace {

std::shared_ptr<detail::queue_claim_core> side(const client& on, const std::string& directory,
                                               const claim_options& options, std::string_view kind,
                                               detail::plan_function plan) {
    detail::queue_traits traits;
    traits.recipe = "read_write_lock";
    traits.kind = kind;
    traits.plan = std::move(plan);
    traits.leaves_notes = true;
    traits.order = detail::read_write_queue;
    return std::make_shared<detail::queue_claim_core>(on.core(), directory, std::move(traits), options);
}

std::shared_ptr<detail::read_write_core> sides(const client& on, const std::string& directory,
                                               const claim_options& options) {
    auto made = std::make_shared<detail::read_write_core>();
    made->read = side(on, directory, options, detail::read_kind, detail::plan_read);
    made->write = side(on, directory, options, detail::write_kind, detail::plan_write);
    return made;
}

// Throws unless it is a write lease of this lock. Called once: the lease goes into the operation.
auto downgrader(const std::shared_ptr<detail::read_write_core>& core, lease& writer) {
    const detail::claim_core& write = *core->write;
    const auto held = writer.core();
    if (!held) throw boost::system::system_error(errc::empty_lease, write.path);
    const bool ours = &held->context() == write.client->leases().get() && held->first().path == write.path &&
                      held->who().nodes.size() == 1 &&
                      detail::downgraded_name(detail::name_of(held->who().nodes.front()), "");
    if (!ours)
        throw argument_error(errc::invalid_argument, "downgrade: the lease of '" + held->first().node +
                                                         "' must be a write lease of '" + write.path + "'");
    return [core, &writer](detail::operation<lease>::sink_type sink) {
        writer.core()->silence();
        return std::make_shared<detail::downgrade>(core->write->client, core->read->queue(),
                                                   std::move(writer), std::move(sink));
    };
}

}  // namespace

read_write_lock::read_write_lock(client& on, std::string directory, claim_options options)
    : read_write_lock(sides(on, directory, options)) {}

read_write_lock::read_write_lock(std::shared_ptr<detail::read_write_core> core)
    : core_(std::move(core)), read_(core_->read), write_(core_->write) {}

lease read_write_lock::downgrade(lease writer) {
    return detail::or_throw(path(), [&](error_code& ec) { return downgrade(std::move(writer), ec); });
}

lease read_write_lock::downgrade(lease writer, error_code& ec) {
    const auto make = downgrader(core_, writer);
    return detail::call<lease>(core_->write->client, make, detail::no_deadline, {}, ec);
}

void read_write_lock::start_downgrade(std::shared_ptr<detail::read_write_core> core, lease writer,
                                      boost::asio::any_completion_handler<void(error_code, lease)> handler) {
    const auto make = downgrader(core, writer);
    detail::call_async<lease>(core->write->client, std::move(handler), make, detail::no_deadline);
}

void read_write_lock::upgrade(const lease& reader) {
    error_code ec;
    upgrade(reader, ec);
    throw boost::system::system_error(ec, "upgrade");
}

void read_write_lock::upgrade(const lease&, error_code& ec) noexcept { ec = errc::would_deadlock; }

}  // namespace paddock
