#include "tests/sim/core_client.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace paddock::testing {
namespace {

std::shared_ptr<detail::client_core> make_core(core_client& owner, const client_options& options) {
    const detail::post_task run = [&owner](detail::unique_task task) {
        ++owner.pending_handlers;
        boost::asio::post(owner.process.executor(), [&owner, task = std::move(task)]() mutable {
            --owner.pending_handlers;
            std::move(task)();
        });
    };
    return std::make_shared<detail::client_core>(owner.process, detail::check_options(options), run, run);
}

}  // namespace

core_client::core_client(virtual_environment& in, sim_ensemble& servers, const client_options& options)
    : world(in), ensemble(servers), process(in), core(make_core(*this, options)), handle(core) {
    core->entrance()->post([started = core] { started->start(); });
}

core_client::~core_client() = default;

handle_number core_client::number() const {
    const auto id = session_id();
    for (handle_number i = ensemble.handles(); i > 0 && id != 0; --i)
        if (ensemble.session_of(i) == id) return i;
    return 0;
}

void core_client::close() {
    if (std::exchange(closing, true)) return;
    core->entrance()->post([this, closed_core = core] { closed_core->close([this] { closed = true; }); });
}

}  // namespace paddock::testing
