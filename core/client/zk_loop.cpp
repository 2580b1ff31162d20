#include "core/client/zk_loop.hpp"

#include <algorithm>

#include <glog/logging.h>
#include <boost/assert.hpp>

#include "core/client/reactor.hpp"
#include "core/client/wire_calls.hpp"
#include "core/client/zk_convert.hpp"
#include "core/client/zk_log.hpp"
#include "core/client/zk_requests.hpp"
#include "core/server_list.hpp"

namespace paddock::detail {
namespace {

constexpr auto probe_time = std::chrono::milliseconds(300);  // without any answer; at most three times

}  // namespace

class zk_loop::watch_fired final : public ready_item {
public:
    watch_fired(zk_loop& loop, const char* path, watch_event event)
        : loop_(loop), path_(path), event_(event) {}
    void run() override {
        const bool wanted = loop_.watches_.fired(path_, event_);
        if (wanted && loop_.listener_ != nullptr) loop_.listener_->on_watch(path_, event_);
    }

private:
    zk_loop& loop_;
    std::string path_;
    watch_event event_;
};

zk_loop::zk_loop(reactor& owner, const session_parameters& parameters, session_listener& listener)
    : reactor_(owner),
      listener_(&listener),
      parameters_(parameters),
      resolver_(owner.executor(), parse_servers(parameters.servers)),
      policy_(parameters.timeout, parameters.connect_timeout),
      socket_(owner.executor()),
      timer_(owner.executor()),
      connect_timer_(owner.executor()),
      close_timer_(owner.executor()) {}

zk_loop::~zk_loop() { BOOST_ASSERT(zh_ == nullptr); }

void zk_loop::start() { look_up_servers(); }

zhandle_t* zk_loop::connected() const noexcept {
    return link_ == link::up && !end_reason_ && !closing_ ? zh_ : nullptr;
}

// --- names and addresses

void zk_loop::look_up_servers() {
    looking_up_ = true;
    resolver_.start([weak = weak_from_this()](const std::vector<std::string>& found) {
        if (const auto self = weak.lock()) self->use_servers(found);
    });
}

// Once a look-up, or twice when some of the names take long.
void zk_loop::use_servers(const std::vector<std::string>& found) {
    looking_up_ = resolver_.busy();
    if (closing_ || end_reason_) return;
    if (!found.empty() && found != servers_) {
        servers_ = found;
        servers_changed_ = true;
    }
    if (zh_ == nullptr && !servers_.empty()) open_handle();
    if (zh_ == nullptr) pause();
    step(0);
}

// Rule 3: shuffled by us, so that clients spread over the servers without the library's random device.
std::string zk_loop::next_list() {
    std::vector<std::string> shuffled = servers_;
    for (std::size_t left = shuffled.size(); left > 1; --left) {
        const auto other = static_cast<std::size_t>(reactor_.random_unit() * static_cast<double>(left));
        std::swap(shuffled[left - 1], shuffled[other]);
    }
    shuffled = library_list(std::move(shuffled), list_length_);
    list_length_ = shuffled.size();
    policy_.set_round(list_length_);
    servers_changed_ = false;
    std::string joined;
    for (const std::string& server : shuffled) joined += (joined.empty() ? "" : ",") + server;
    return joined;
}

void zk_loop::open_handle() {
    zoo_deterministic_conn_order(1);  // rule 3
    // Rule 2: numeric addresses, our log, no chroot, never read-only.
    zh_ = zookeeper_init2(next_list().c_str(), &zk_loop::on_event,
                          static_cast<int>(parameters_.timeout.count()), nullptr, this, ZOO_NO_LOG_CLIENTENV,
                          &write_zk_log);
    if (zh_ == nullptr) {
        LOG(ERROR) << "cannot make a ZooKeeper handle: " << std::generic_category().message(errno);
        return;
    }
    zoo_set_servers_resolution_delay(zh_, -1);  // rule 3: no look-ups on this thread
    // Before the first connect nothing is half-sent that the credentials could come between (c-client 1.3).
    for (const credentials& one : parameters_.auth) {
        zoo_add_auth(zh_, one.scheme.c_str(), one.secret.data(), static_cast<int>(one.secret.size()), nullptr,
                     nullptr);
    }
}

// Only while no socket is open: the library would close it silently.
void zk_loop::apply_servers() {
    if (servers_changed_) zoo_set_servers(zh_, next_list().c_str());
}

// --- what the library reports

// Rule 15: the one watcher of the handle, for its session and for all paths.
void zk_loop::on_event(zhandle_t* /*zh*/, int type, int state, const char* path, void* context) noexcept {
    auto& self = *static_cast<zk_loop*>(context);
    if (const auto event = to_watch_event(type)) {
        self.ready_.add(std::make_unique<watch_fired>(self, path, *event));
    } else {
        self.on_session_event(state);
    }
}

// The event's state counts: zoo_state still tells the former one (c-client 1.6).
void zk_loop::on_session_event(int state) {
    if (end_reason_) return;
    if (state == ZOO_EXPIRED_SESSION_STATE) return end_session(errc::session_expired);
    if (state == ZOO_AUTH_FAILED_STATE) return end_session(server_errc::auth_failed);
    if (state != ZOO_CONNECTED_STATE) return report_disconnected();
    const std::int64_t id = zoo_client_id(zh_)->client_id;
    const std::chrono::milliseconds timeout(zoo_recv_timeout(zh_));  // as negotiated
    reported_connected_ = true;
    ready_.add_call([this, id, timeout, sent = handshake_sent_] {
        if (listener_ != nullptr) listener_->on_connected(id, timeout, sent);
    });
}

void zk_loop::report_disconnected() {
    if (!std::exchange(reported_connected_, false)) return;
    ready_.add_call([this] {
        if (listener_ != nullptr) listener_->on_disconnected();
    });
}

void zk_loop::complete(std::unique_ptr<ready_item> item, int code) {
    ready_.add(std::move(item));
    if (classify(code, false).what == fate::answered) {
        ++answers_;
        policy_.proved();
    }
    if (code == ZSESSIONEXPIRED) end_session(errc::session_expired);  // rule 21: the state may still be 3
}

void zk_loop::deliver(std::unique_ptr<ready_item> item) {
    (stale_ ? behind_stale_ : ready_).add(std::move(item));
    schedule_step();
}

// --- the end

void zk_loop::end_session(error_code reason) {
    if (end_reason_) return;
    end_reason_ = reason;
    reported_connected_ = false;
    ready_.add_call([this, reason] {
        if (session_listener* const last = std::exchange(listener_, nullptr)) last->on_ended(reason);
    });
}

void zk_loop::abandon() {
    listener_ = nullptr;
    if (std::exchange(closing_, true)) return;  // goes on without its owner
    release_handle();
    schedule_step();  // for the replies
}

void zk_loop::close(std::function<void()> done) {
    listener_ = nullptr;
    BOOST_ASSERT(!closing_);
    zhandle_t* const zh = connected();
    closing_ = true;
    closed_ = std::move(done);
    if (zh == nullptr) return finish_close(false);
    zk_requests::probe(*this, zh,
                       [this](const reply& answer) { finish_close(answer.what == fate::answered); });
    await_probe(3, answers_);
}

// A server that is still answering what came before the probe gets more time.
void zk_loop::await_probe(int checks, std::uint64_t answers_before) {
    close_timer_.expires_after(probe_time);
    close_timer_.async_wait(
        [this, self = shared_from_this(), checks, answers_before](const boost::system::error_code& failure) {
            if (failure || !closed_) return;
            if (checks > 1 && answers_ != answers_before) return await_probe(checks - 1, answers_);
            finish_close(false);
        });
}

// Rule 25 and hazard D8: the library's close waits for the server, up to 4.5 s. A server that has just
// answered answers this too; for any other there is no point in asking, and the connection is cut first.
void zk_loop::finish_close(bool alive) {
    if (!closed_) return;
    const auto done = std::exchange(closed_, nullptr);
    close_timer_.cancel();
    if (alive && link_ == link::up && zh_ != nullptr) {
        drop_socket();
        zookeeper_close(std::exchange(zh_, nullptr));
        link_ = link::down;
    }
    release_handle();
    ready_.add_call(done);
    schedule_step();
}

// Nothing that is sent afterwards reaches the server, and nothing blocks.
void zk_loop::cut() {
    constexpr int frames_max = 100'000;  // no socket buffer holds more
    if (link_ == link::down) return;
    const zk_log_muted quiet;
    socket_.shut_down();
    for (int i = 0; i < frames_max; ++i) {
        wire_calls::look_again(copied_);
        if (zookeeper_process(zh_, ZOOKEEPER_READ | ZOOKEEPER_WRITE) != ZOK) return;
    }
}

// Rule 14: never in one of the library's callbacks. Completes all that is pending.
void zk_loop::release_handle() {
    timer_.cancel();
    connect_timer_.cancel();
    timer_armed_ = false;
    if (zh_ == nullptr) return;
    cut();
    drop_socket();
    link_ = link::down;
    zookeeper_close(std::exchange(zh_, nullptr));
    stale_completed();
}

}  // namespace paddock::detail
