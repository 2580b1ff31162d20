#include "core/client_core.hpp"

#include <algorithm>
#include <utility>

#include <glog/logging.h>

#include "core/local_queue/local_queue.hpp"

namespace paddock::detail {
namespace {

std::shared_ptr<const lease_context> make_context(environment& world, const checked_options& options,
                                                  post_task handlers, post_task signals) {
    auto context = std::make_shared<lease_context>();
    context->entrance = std::make_shared<gate>(world.executor());
    context->handlers = std::move(handlers);
    context->signals = std::move(signals);
    context->policy = options.session.on_loss;
    return context;
}

}  // namespace

client_core::client_core(environment& world, checked_options options, post_task handlers, post_task signals)
    : world_(world),
      options_(std::move(options)),
      leases_(make_context(world, options_, std::move(handlers), std::move(signals))) {}

client_core::~client_core() = default;

void client_core::start() { open_session(); }

void client_core::open_session() {
    reopen_.reset();
    if (closed_) return;
    if (totals_->sessions++ > 0) publish(session_state::connecting, {});
    session_ = std::make_shared<session>(world_, options_.session, *this, totals_);
    session_->start();
}

void client_core::on_session_change(session&, session_state now, error_code reason) {
    if (closed_) return;  // `close` says what is to be said
    if (now == session_state::connected) reopening_.reset();
    publish(now, reason);
    if (now == session_state::lost) session_lost(reason);
    if (now != session_state::suspended) {
        for (waiting_party* who : std::exchange(waiting_, {})) who->wake.notify();
    }
}

void client_core::session_lost(error_code reason) {
    const auto old = std::exchange(session_, nullptr);
    LOG(WARNING) << "paddock: session 0x" << std::hex << old->id() << std::dec << " is over ("
                 << reason.message() << ")";
    old->close(reason, loss_reason::session_expired, [old] {});
    if (reason == make_error_code(server_errc::auth_failed)) {
        // Asking again with the same credentials would spin (hazard E6).
        refused_ = reason;
        return give_up_all(reason);
    }
    reopen_ =
        world_.call_at(world_.now() + reopening_.next(world_.random_unit()), [this] { open_session(); });
}

void client_core::close(std::function<void()> done) {
    if (closed_) return done();
    closed_ = true;
    reopen_.reset();
    // First: they have nothing more to say to those who wait.
    for (const auto& place : places_.all()) place->end();
    give_up_all(errc::client_closed);
    for (waiting_party* who : std::exchange(waiting_, {})) who->wake.notify();
    const auto last = std::exchange(session_, nullptr);
    if (!last) {
        publish(session_state::closed, errc::client_closed);
        return done();
    }
    last->close(errc::client_closed, loss_reason::client_closed,
                [self = shared_from_this(), last, done = std::move(done)] {
                    self->publish(session_state::closed, errc::client_closed);
                    done();
                });
}

// The end of one may be the end of others.
void client_core::give_up_all(error_code why) {
    while (!operations_.empty()) {
        operation_base* const any = *operations_.begin();
        operations_.erase(any);
        any->give_up(why);
    }
}

void client_core::admit(const std::shared_ptr<operation_base>& what) {
    if (closed_) return what->give_up(errc::client_closed);
    if (refused_) return what->give_up(refused_);
    operations_.insert(what.get());
    what->on_finished = [self = shared_from_this(), raw = what.get()] { self->operations_.erase(raw); };
}

asio::awaitable<std::shared_ptr<session>> client_core::usable_session(waiting_party& who) {
    const auto self = shared_from_this();
    while (!who.given_up && !closed_) {
        const auto candidate = session_;
        if (candidate && !candidate->ended()) {
            const bool usable = co_await candidate->wait_connected(who);
            if (usable) co_return candidate;
            continue;
        }
        waiting_.push_back(&who);
        co_await who.wake.wait();
        std::erase(waiting_, &who);
    }
    co_return nullptr;
}

client_stats client_core::stats() const {
    client_stats now = *totals_;
    now.waiters = operations_.size();
    if (!session_) return now;
    const wire_counts counts = session_->counts();
    now.bytes_sent += counts.bytes_sent;
    now.bytes_received += counts.bytes_received;
    now.leases = session_->leases().count();
    now.watches = session_->watches().paths();
    now.watch_bytes = session_->watches().bytes();
    now.ephemeral_path_bytes = session_->limits().path_bytes();
    now.obligations = session_->obligations().pending();
    return now;
}

session_event client_core::snapshot() const {
    if (entrance()->in_other_process()) {  // the lock may have been held when the process was forked
        session_event inherited;
        inherited.state = session_state::closed;
        inherited.reason = errc::wrong_process;
        return inherited;
    }
    const std::lock_guard lock(guard_);
    return snapshot_;
}

bool client_core::wait_state(std::chrono::milliseconds timeout) const {
    if (entrance()->in_other_process()) return false;
    std::unique_lock lock(guard_);
    const auto final = [this] {
        const bool refused = snapshot_.reason == make_error_code(server_errc::auth_failed);
        return refused || snapshot_.state == session_state::connected ||
               snapshot_.state == session_state::closed;
    };
    // Bounded, because the end of the wait must fit into the clock.
    const auto limit = std::min<std::chrono::milliseconds>(timeout, std::chrono::hours(24 * 365));
    return changed_.wait_for(lock, limit, final) && snapshot_.state == session_state::connected;
}

std::shared_ptr<void> client_core::subscribe(std::function<void(const session_event&)> handler) {
    auto added = std::make_shared<listener>(listener{std::move(handler)});
    if (entrance()->in_other_process()) return added;
    const std::lock_guard lock(guard_);
    listeners_.remove_if([](const auto& known) { return known.expired(); });
    listeners_.emplace_back(added);
    return added;
}

void client_core::publish(session_state now, error_code reason) {
    session_event event;
    event.state = now;
    event.reason = reason;
    const bool alive = session_ && (now == session_state::connected || now == session_state::suspended);
    if (alive) {
        event.session_id = session_->id();
        event.timeout = session_->timeout();
    }
    std::vector<std::weak_ptr<listener>> told;
    {
        const std::lock_guard lock(guard_);
        snapshot_ = event;
        changed_.notify_all();
        told.assign(listeners_.begin(), listeners_.end());
    }
    if (told.empty()) return;
    leases_->handlers([told = std::move(told), event] {
        for (const auto& waiting : told) {
            if (const auto known = waiting.lock()) known->handler(event);
        }
    });
}

}  // namespace paddock::detail
