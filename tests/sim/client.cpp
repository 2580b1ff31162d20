#include "tests/sim/client.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/asio/post.hpp>

#include "core/limits.hpp"

namespace paddock::testing {

namespace {

constexpr std::chrono::milliseconds close_patience{1500};  // the C client's

/// What our side of the C client does not let out: it could cost the connection, or the process.
bool is_refused(const request& what) {
    std::size_t bytes = what.data.size();
    for (const auto& op : what.ops) {
        const bool creates = op.what == detail::multi_op::kind::create;
        if (creates && (op.mode == create_mode::container || op.acls.empty())) return true;
        bytes += op.path.size() + op.data.size();
        for (const auto& entry : op.acls) bytes += entry.scheme.size() + entry.id.size();
    }
    return bytes > detail::request_bytes_max;
}

template <class Action>
auto guarded(std::weak_ptr<sim_client> weak, Action action) {
    return [weak = std::move(weak), action] {
        if (const auto self = weak.lock()) action(*self);
    };
}

}  // namespace

sim_client::sim_client(std::shared_ptr<sim_servers> servers, virtual_host& local,
                       detail::session_parameters parameters, detail::session_listener& listener)
    : servers_(std::move(servers)),
      local_(local),
      parameters_(std::move(parameters)),
      listener_(&listener),
      timeout_(parameters_.timeout),
      policy_(parameters_.timeout, parameters_.connect_timeout) {
    policy_.set_round(servers_->among.size());
}

sim_client::~sim_client() { drop_link(); }

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

void sim_client::send(request what, completion done) {
    if (state_ != state::connected) {
        const error_code ec = state_ == state::ended ? errc::session_expired : errc::outcome_unknown;
        return refuse(what, ec, detail::fate::not_sent, std::move(done));
    }
    if (is_refused(what)) return refuse(what, bad_arguments, detail::fate::answered, std::move(done));
    const auto index = servers_->records.sent(number_, what, servers_->world.now());
    pending_.push_back({what.kind, what.path, what.watch, index, local_.now(), std::move(done)});
    sim_faults& faults = servers_->faults;
    if (faults.meet(what, number_, true) || faults.hits(faults.rates().lose_unsent)) {
        servers_->cut(link_, false);
        return;
    }
    transmit(std::move(what));
}

void sim_client::refuse(const request& what, error_code ec, detail::fate fate, completion done) {
    response answer;
    answer.kind = what.kind;
    answer.ec = ec;
    answer.results.assign(what.ops.size(), {ec, {}, {}});
    boost::asio::post(local_.executor(), [answer, fate, done = std::move(done)]() mutable {
        if (done) done(answer, fate);
    });
}

void sim_client::transmit(request what) {
    counts_.bytes_sent += what.bytes();
    last_sent_ = local_.awake();
    const auto turn = std::make_shared<sim_turn>();
    turn->answer.kind = what.kind;
    turn->what = std::move(what);
    link_->to_server->push(servers_->delay(), [servers = servers_.get(), weak = std::weak_ptr(link_), turn] {
        if (const auto link = weak.lock()) servers->arrive(link, turn);
    });
}

void sim_client::remove_watch(const std::string& path) {
    watches_.erase(path);
    for (auto& one : pending_)
        if (one.path == path) one.watch = false;
    if (state_ != state::connected) return;
    request what;
    what.kind = request_kind::remove_watch;
    what.path = path;
    send(std::move(what), {});
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

void sim_client::on_response(response& answer) {
    last_received_ = local_.awake();
    counts_.bytes_received += answer.bytes();
    if (answer.kind == request_kind::ping) return arm();  // its zxid counts for nothing
    if (answer.zxid != 0) last_zxid_ = answer.zxid;
    policy_.proved();
    if (answer.kind == request_kind::close) return finish_close();
    notice_held_back_ping();
    const auto done = std::move(pending_.front());
    pending_.pop_front();
    if (done.kind != answer.kind) throw std::logic_error("a reply came out of order");
    servers_->records.answered(number_, done.index, servers_->world.now());
    contact_ = std::max(contact_, done.sent);
    if (done.watch && !answer.ec) watches_.insert(done.path);
    if (done.watch) armed_ = done.path, armed_at_ = servers_->world.now();
    arm();
    if (done.done) done.done(answer, detail::fate::answered);
}

void sim_client::on_event(const std::string& path, detail::watch_event event) {
    last_received_ = local_.awake();
    counts_.bytes_received += response{}.bytes() + path.size();
    if (armed_at_ == servers_->world.now() && armed_ == path) servers_->hazards.reach(hazard::b3);
    if (watches_.erase(path) > 0 && listener_) listener_->on_watch(path, event);
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

void sim_client::fail(std::deque<pending> lost) {
    const error_code ec = state_ == state::ended ? errc::session_expired : errc::outcome_unknown;
    for (auto& one : lost) {
        response none;
        none.kind = one.kind;
        none.ec = ec;
        if (!one.path.empty()) servers_->situations.unanswered(session_, one.kind, one.path, one.watch);
        if (one.done) one.done(none, detail::fate::unknown);
    }
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
