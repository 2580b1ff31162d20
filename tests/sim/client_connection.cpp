// How a handle comes by its connection, and by the next one when that is lost.
#include <algorithm>
#include <utility>

#include "tests/sim/client.hpp"

namespace paddock::testing {

void sim_client::start() {
    number_ = servers_->enroll(weak_from_this());
    server_ = (number_ - 1) % servers_->among.size();
    timer_ =
        local_.call_at(local_.now(), guarded(weak_from_this(), [](sim_client& self) { self.attempt(); }));
}

void sim_client::attempt() {
    if (session_ != 0 && servers_->world.now() - lost_at_ > timeout_) servers_->hazards.reach(hazard::c5);
    link_ = std::make_shared<sim_link>(number_, server_, weak_from_this(), local_, servers_->world);
    server_ = (server_ + 1) % servers_->among.size();  // the next time
    link_->fresh = session_ == 0;
    servers_->dial(link_);
    handshake_sent_ = local_.now();
    const connect_request hello{session_, timeout_, last_zxid_, parameters_.auth};
    request counted;
    counted.kind = request_kind::connect;
    servers_->records.sent(number_, counted, servers_->world.now());
    counts_.bytes_sent += counted.bytes();
    link_->to_server->push(servers_->delay(), [servers = servers_.get(), weak = std::weak_ptr(link_), hello] {
        if (const auto link = weak.lock()) servers->arrive(link, hello);
    });
    timer_ = local_.call_at(saturating_add(handshake_sent_, policy_.attempt_limit()),
                            guarded(weak_from_this(), [](sim_client& self) {
                                self.drop_link();
                                self.policy_.attempt_failed();
                                self.try_again();
                            }));
}

void sim_client::try_again() {
    std::chrono::nanoseconds pause = servers_->options.reconnect_delay;
    if (policy_.round_failed()) pause = std::max(pause, policy_.next_pause(local_.random_unit()));
    timer_ = local_.call_at(saturating_add(local_.now(), pause),
                            guarded(weak_from_this(), [](sim_client& self) { self.attempt(); }));
}

void sim_client::on_connect(const std::shared_ptr<sim_link>& link, const connect_response& answer) {
    if (link != link_ || state_ != state::connecting) return;
    counts_.bytes_received += response{}.bytes();
    if (answer.session == 0) return end(errc::session_expired);
    notice_attached(answer);
    session_ = answer.session;
    timeout_ = answer.timeout;
    policy_.connected(timeout_);
    state_ = state::connected;
    last_sent_ = last_received_ = local_.awake();
    contact_ = std::max(contact_, handshake_sent_);
    timer_.reset();
    arm();
    set_watches();
    listener_->on_connected(session_, timeout_, handshake_sent_);
}

void sim_client::set_watches() {
    if (watches_.empty()) return;
    const set_watches_request what{{watches_.begin(), watches_.end()}, last_zxid_};
    link_->to_server->push(servers_->delay(), [servers = servers_.get(), weak = std::weak_ptr(link_), what] {
        if (const auto link = weak.lock()) servers->arrive(link, what);
    });
}

void sim_client::on_rejected() {
    servers_->hazards.reach(hazard::e6);
    end(server_errc::auth_failed);
}

void sim_client::on_hang_up(const std::shared_ptr<sim_link>& link) {
    if (link != link_) return;
    if (state_ == state::connected) return disconnect();
    drop_link();
    if (state_ == state::closing) return finish_close();
    if (state_ != state::connecting) return;
    policy_.attempt_failed();
    try_again();
}

void sim_client::drop_link() {
    if (!link_) return;
    const auto dropped = std::exchange(link_, nullptr);
    dropped->to_client->close();
    servers_->leave(*dropped);
}

void sim_client::disconnect() {
    lost_at_ = servers_->world.now();
    notice_held_back_ping();
    servers_->situations.disconnected(session_, !watches_.empty(), servers_->tree());
    drop_link();
    state_ = state::connecting;
    auto lost = std::exchange(pending_, {});
    policy_.connection_lost();
    try_again();
    listener_->on_disconnected();
    fail(std::move(lost));
}

}  // namespace paddock::testing
