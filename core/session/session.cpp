#include "core/session/session.hpp"

#include <algorithm>
#include <utility>

#include <glog/logging.h>
#include <boost/asio/post.hpp>

#include "core/limits.hpp"
#include "core/retry.hpp"

namespace paddock::detail {

session::session(environment& world, session_settings settings, session_owner& owner,
                 std::shared_ptr<client_stats> totals)
    : world_(world),
      settings_(std::move(settings)),
      owner_(&owner),
      totals_(std::move(totals)),
      clock_(std::make_shared<session_clock>(world)),
      watches_(std::make_shared<watch_registry>([this](const std::string& path, watch_kind kind) {
          if (connected_) ++totals_->requests_sent;
          handle_->remove_watch(path, kind);
      })),
      leases_(std::make_unique<lease_keeper>(*this)),
      obligations_(std::make_unique<delete_obligations>(*this)) {}

session::~session() = default;

void session::start() { handle_ = world_.open(settings_.parameters, *this); }

void session::close(error_code reason, loss_reason why, std::function<void()> done) {
    finish(reason, why);
    if (!handle_) return done();
    handle_->close([self = shared_from_this(), done = std::move(done)] {
        const wire_counts counts = self->handle_->counts();
        self->totals_->bytes_sent += counts.bytes_sent;
        self->totals_->bytes_received += counts.bytes_received;
        // Not destroyed inside its own call.
        asio::post(self->world_.executor(),
                   [handle = std::shared_ptr<znode_api>(std::move(self->handle_)), done] { done(); });
    });
}

wire_counts session::counts() const { return handle_ ? handle_->counts() : wire_counts(); }

bool session::expired() {
    if (!ended_ && clock_->check_expired()) finish(errc::session_expired, loss_reason::no_contact);
    return ended_;
}

void session::finish(error_code reason, loss_reason why) {
    if (ended_) return;
    const auto self = shared_from_this();
    ended_ = true;
    connected_ = false;
    pulse_.reset();
    retell_.reset();
    nudge_.reset();
    clock_->end(why);
    watches_->end();  // first: nothing that ends below has a watch to remove any more
    leases_->end();
    obligations_->end();
    twins_.end();
    tell_waiting();
    std::exchange(owner_, nullptr)->on_session_change(*this, session_state::lost, reason);
}

void session::tell_waiting() {
    for (waiting_party* who : std::exchange(waiting_, {})) who->wake.notify();
}

asio::awaitable<bool> session::wait_connected(waiting_party& who, bool to_the_end) {
    const auto self = shared_from_this();
    while (!connected_ && !ended_ && (to_the_end || !who.given_up)) {
        waiting_.push_back(&who);
        co_await who.wake.wait();
        std::erase(waiting_, &who);
    }
    co_return connected_ && (to_the_end || !who.given_up);
}

void session::on_connected(std::int64_t session_id, std::chrono::milliseconds timeout,
                           boot_time handshake_sent) {
    if (expired()) return;
    // Some servers hand out a new session where the old one was asked for (pain 18): that is a loss.
    if (id_ != 0 && id_ != session_id) return finish(errc::session_expired, loss_reason::session_expired);
    // Nor does any server negotiate this (hazard E15): a session by such a clock would never be lost, or never last.
    if (timeout <= std::chrono::milliseconds::zero() || timeout > session_timeout_max) {
        LOG(WARNING) << "paddock: a server offers a session timeout of " << timeout.count()
                     << " ms, which cannot be; starting anew";
        return finish(errc::session_expired, loss_reason::session_expired);
    }
    if (id_ != 0) ++totals_->reconnects;
    id_ = session_id;
    timeout_ = timeout;
    lease_timing timing;
    timing.timeout = timeout;
    timing.heartbeat = std::max<std::chrono::nanoseconds>(timeout / 4, std::chrono::milliseconds(1));
    if (settings_.heartbeat_interval) {
        timing.heartbeat =
            std::min<std::chrono::nanoseconds>(timing.heartbeat, *settings_.heartbeat_interval);
    }
    timing.quorum_checks = settings_.quorum_checks;
    timing.strict = settings_.on_loss == loss_policy::strict;
    clock_->connected(handshake_sent, timing);
    connected_ = true;
    last_sent_ = last_heartbeat_ = handshake_sent;
    reported_.connected(handshake_sent);
    VLOG(1) << "paddock: session 0x" << std::hex << id_ << std::dec << " connected, timeout "
            << timeout.count() << " ms";
    obligations_->on_connected();
    leases_->on_connected();
    schedule_pulse();
    tell_waiting();
    if (owner_) owner_->on_session_change(*this, session_state::connected, {});
}

void session::on_disconnected() {
    if (ended_ || !connected_) return;
    connected_ = false;
    clock_->disconnected();
    unanswered_.clear();
    LOG_IF(WARNING, leases_->count() > 0)
        << "paddock: session 0x" << std::hex << id_ << std::dec << " disconnected with " << leases_->count()
        << " lease(s), which are suspect now; reconnecting";
    if (expired()) return;
    leases_->announce();
    if (owner_) owner_->on_session_change(*this, session_state::suspended, {});
}

void session::on_ended(error_code reason) { finish(reason, loss_reason::session_expired); }

void session::on_watch(const std::string& path, watch_event event) {
    for (const watch_kind kind : {watch_kind::data, watch_kind::children}) {
        if (!expired() && concerns(event, kind)) watches_->fire(path, kind);
    }
}

void session::schedule_pulse() {
    if (ended_ || id_ == 0) return;
    boot_time next = clock_->lost_at();
    if (connected_) next = std::min(next, heartbeat_due());
    // Even if that moment is past: whoever schedules this anew may come before what it had been scheduled for.
    const boot_time suspect_at = clock_->suspect_at();
    if (connected_ && leases_->count() > 0 && leases_->announced_at() < suspect_at)
        next = std::min(next, suspect_at);
    pulse_ = world_.call_at(next, [this] { pulse(); });
}

void session::pulse() {
    if (expired()) return;
    leases_->announce();
    heartbeat();
    schedule_pulse();
}

bool session::checks_leases() const { return clock_->timing().quorum_checks && leases_->count() > 0; }

// A check of leases keeps its own rhythm; an idle session only has to send anything at all.
boot_time session::heartbeat_due() const {
    return (checks_leases() ? last_heartbeat_ : last_sent_) + clock_->timing().heartbeat;
}

// While leases are held a check through the leader, which a cut-off follower cannot answer (hazard C3); else any
// request if none was sent for a while. The library's own pings would not tell us when they were sent, and stop
// while a request is outstanding (hazard E20).
void session::heartbeat() {
    const boot_time now = world_.now();
    if (!connected_ || now < heartbeat_due()) return;
    last_heartbeat_ = now;
    ++totals_->heartbeats;
    if (checks_leases()) return leases_->heartbeat();
    exists("/", [](const stat_reply&) {});
}

// ZOOKEEPER-4537: a lone request can wait at a follower until another one passes through it.
void session::schedule_nudge() {
    if (nudge_ || unanswered_.empty()) return;
    const auto longest =
        std::min<std::chrono::nanoseconds>(std::chrono::seconds(1), clock_->timing().timeout / 6);
    const auto patience = std::clamp<std::chrono::nanoseconds>(10 * usual_wait_, longest / 4, longest);
    // Whatever is sent meanwhile passes through as well, an earlier nudge included.
    nudge_ = world_.call_at(std::max(last_sent_ + patience, world_.now() + patience / 4), [this, patience] {
        nudge_.reset();
        const bool overdue = !unanswered_.empty() && last_sent_ + patience <= world_.now();
        if (overdue) nudge();
        schedule_nudge();
    });
}

void session::nudge() {
    if (!connected_) return;
    ++totals_->nudges;
    exists("/", [](const stat_reply&) {});
}

}  // namespace paddock::detail
