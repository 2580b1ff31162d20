// The ways in which a handle ends.
#include <utility>

#include <boost/asio/post.hpp>

#include "tests/sim/client.hpp"

namespace paddock::testing {

namespace {

constexpr std::chrono::milliseconds close_patience{1500};  // the C client's

}  // namespace

// It notices should its process ever be exhumed.
void sim_client::vanish() {
    drop_link();
    if (state_ == state::connected) state_ = state::connecting;
    boost::asio::post(local_.executor(),
                      guarded(weak_from_this(), [](sim_client& self) { self.end(errc::session_expired); }));
}

void sim_client::end(error_code reason) {
    drop_link();
    timer_.reset();
    watches_.clear();
    state_ = state::ended;
    auto* const listener = std::exchange(listener_, nullptr);
    auto lost = std::exchange(pending_, {});
    if (listener) listener->on_ended(reason);
    fail(std::move(lost));
}

void sim_client::close(std::function<void()> done) {
    listener_ = nullptr;
    watches_.clear();
    timer_.reset();
    closed_ = std::move(done);
    if (state_ != state::connected) {
        if (session_ != 0) servers_->hazards.reach(hazard::d8);
        drop_link();
        state_ = state::closing;
        return boost::asio::post(local_.executor(), [self = shared_from_this()] { self->finish_close(); });
    }
    state_ = state::closing;
    request last;
    last.kind = request_kind::close;
    servers_->records.sent(number_, last, servers_->world.now());
    transmit(std::move(last));
    timer_ = local_.call_at(saturating_add(local_.now(), close_patience), [self = shared_from_this()] {
        self->servers_->hazards.reach(hazard::d8);
        self->drop_link();
        self->finish_close();
    });
}

void sim_client::finish_close() {
    if (state_ == state::closed) return;
    state_ = state::closed;
    timer_.reset();
    drop_link();
    fail(std::exchange(pending_, {}));
    if (const auto done = std::exchange(closed_, {})) done();
}

void sim_client::abandon() {
    listener_ = nullptr;
    if (state_ == state::closing || state_ == state::closed) return;
    drop_link();
    timer_.reset();
    if (state_ != state::ended) state_ = state::closed;
    boost::asio::post(local_.executor(),
                      [self = shared_from_this(), lost = std::exchange(pending_, {})]() mutable {
                          self->fail(std::move(lost));
                      });
}

}  // namespace paddock::testing
