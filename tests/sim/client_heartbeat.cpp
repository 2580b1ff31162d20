// What a handle does when nothing happens: it pings, and gives up a connection that has fallen silent.
#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "tests/sim/client.hpp"

namespace paddock::testing {

bool sim_client::is_silent() const {
    return state_ == state::connected && local_.awake() >= saturating_add(last_received_, timeout_ * 2 / 3);
}

// What is in the socket is read first (rule 6): a process that stood still has not met a silent server.
void sim_client::give_up_if_silent() { is_silent() ? disconnect() : arm(); }

// One timer for both: a ping after a third of the timeout without sending (never while an answer is
// outstanding), and giving up after two thirds without receiving.
void sim_client::arm() {
    if (state_ != state::connected) return;
    auto wake = saturating_add(last_received_, timeout_ * 2 / 3);
    if (pending_.empty()) wake = std::min(wake, saturating_add(last_sent_, timeout_ / 3));
    if (timer_ && timer_at_ <= wake) return;
    timer_at_ = wake;
    const auto when = saturating_add(local_.now(), wake - local_.awake());
    timer_ = local_.call_at(when, guarded(weak_from_this(), [](sim_client& self) { self.on_timer(); }));
}

void sim_client::on_timer() {
    timer_.reset();
    if (state_ != state::connected) return;
    const auto now = local_.awake();
    if (is_silent())
        return boost::asio::post(
            local_.executor(), guarded(weak_from_this(), [](sim_client& self) { self.give_up_if_silent(); }));
    if (pending_.empty() && now >= saturating_add(last_sent_, timeout_ / 3)) {
        request ping;
        servers_->records.sent(number_, ping, servers_->world.now());
        transmit(std::move(ping));
    }
    arm();
}

}  // namespace paddock::testing
