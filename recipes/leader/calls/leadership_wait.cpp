#include "recipes/leader/calls/leadership_wait.hpp"

#include <utility>
#include <vector>

#include <boost/asio/error.hpp>

#include "core/call.hpp"

namespace paddock::detail {

leadership_wait::leadership_wait(std::shared_ptr<latch_state> latch,
                                 std::chrono::steady_clock::time_point deadline, sink_type sink)
    : operation(latch->client->world(), std::move(sink)),
      client_(latch->client),
      latch_(std::move(latch)),
      deadline_(deadline) {}

// A deadline that has passed is no reason to hide a term that there is.
void leadership_wait::start() {
    const auto latch = std::exchange(latch_, nullptr);
    client_->admit(shared_from_this());
    if (finished()) return;
    if (latch->closed) return give_up(asio::error::operation_aborted);
    if (const auto term = latch->seat.term()) {
        finish({}, *term);
        return;
    }
    const boot_time end = end_of(world_, deadline_);
    if (end <= world_.now()) return give_up(deadline_error());
    expire_at(end);
    std::erase_if(latch->waiting, [](const auto& one) { return one->finished(); });
    latch->waiting.push_back(std::static_pointer_cast<leadership_wait>(shared_from_this()));
}

error_code leadership_wait::deadline_error() const {
    const bool connected = client_->snapshot().state == session_state::connected;
    return connected ? errc::timed_out : errc::servers_unreachable;
}

}  // namespace paddock::detail
