#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/post.hpp>

#include "core/client/reactor.hpp"
#include "core/client/wire_calls.hpp"
#include "core/client/zk_log.hpp"
#include "core/client/zk_loop.hpp"

// The loop of `zk_loop`: what happens each time the socket is ready, a timer has fired or requests were sent.

namespace paddock::detail {
namespace {

using clock = std::chrono::steady_clock;
using boost::asio::posix::descriptor_base;

constexpr int frames_per_step = 64;
constexpr int connects_per_step = 16;
constexpr auto just_now = std::chrono::milliseconds(1);  // too short for the library to judge a stall by
constexpr auto long_lived = std::chrono::seconds(1);  // a connection that is no sign of trouble when it ends

}  // namespace

void zk_loop::step(int events) {
    const auto self = shared_from_this();
    if (zh_ != nullptr && !end_reason_) {
        process(events);  // rule 6: before interest, which would judge a stall before it has read
        const bool news = link_ == link::up && !end_reason_ && !ready_.empty();
        if (news && !std::exchange(owes_interest_, true)) {
            run_ready();
            return schedule_step();  // rule 7, once for all that those send who hear of it; but the next time in any case
        }
        owes_interest_ = false;
        if (!end_reason_) settle();
    } else if (!closing_ && !end_reason_ && !looking_up_ && clock::now() >= pause_end_) {
        look_up_servers();  // no server could be resolved yet
    }
    if (end_reason_) release_handle();
    run_ready();
}

void zk_loop::schedule_step() {
    if (std::exchange(step_scheduled_, true)) return;
    boost::asio::post(reactor_.executor(), [self = shared_from_this()] {
        self->step_scheduled_ = false;
        self->step(0);
    });
}

void zk_loop::run_ready() {
    ready_.run();
    const bool unread =
        std::exchange(more_to_read_, false) || (link_ == link::up && wire_calls::fetched(copied_));
    if (unread || !ready_.empty()) schedule_step();
}

void zk_loop::sent() {
    observe();        // rule 11: a failed send closes the socket and says nothing
    schedule_step();  // rule 7: interest once after all requests of this turn
}

// One frame a call; a bounded number of them, so that other sessions have their turn (rule 6).
void zk_loop::process(int events) {
    if (link_ == link::down) return;
    if (events == 0 && clock::now() - drained_at_ < just_now) return observe();  // nothing has come since
    wire_calls::look_again(copied_);
    // While the connect is under way reading would only lose a buffer.
    const bool reads = zoo_state(zh_) != ZOO_CONNECTING_STATE;
    if (reads) events |= ZOOKEEPER_READ;
    for (int i = 0; i < frames_per_step && events != 0; ++i) {
        if (process_once(events) != ZOK || link_ != link::up) break;
        events = ZOOKEEPER_READ;
        more_to_read_ = i + 1 == frames_per_step;
    }
    more_to_read_ = more_to_read_ || wire_calls::fetched(copied_);
    drained_at_ = more_to_read_ ? clock::time_point() : clock::now();
}

int zk_loop::process_once(int events) {
    if (zoo_state(zh_) == ZOO_CONNECTING_STATE) handshake_sent_ = reactor_.now();
    const int code = zookeeper_process(zh_, events);
    observe();
    return code;
}

// After every library call: what has become of the connection.
void zk_loop::observe() {
    const int state = zoo_state(zh_);
    if (state == ZOO_CONNECTED_STATE) {
        if (std::exchange(link_, link::up) == link::up) return;
        up_since_ = clock::now();
        policy_.connected(std::chrono::milliseconds(zoo_recv_timeout(zh_)));
        connect_timer_.cancel();
    } else if (state == ZOO_CONNECTING_STATE || state == ZOO_ASSOCIATING_STATE) {
        link_ = link::connecting;
    } else {
        const link before = std::exchange(link_, link::down);
        if (before == link::down) return;
        drop_socket();
        if (before == link::connecting) return policy_.attempt_failed();
        stale_ = state == ZOO_NOTCONNECTED_STATE;
        if (clock::now() - up_since_ >= long_lived) policy_.proved();
        policy_.connection_lost();
        if (!end_reason_) report_disconnected();
    }
}

// Brings the library to a point where something is to be waited for: its socket, or time.
void zk_loop::settle() {
    for (int i = 0; i < connects_per_step; ++i) {
        if (link_ == link::down && !stale_) {
            if (policy_.round_failed()) pause();
            if (clock::now() < pause_end_) return arm(pause_end_ - clock::now());
            apply_servers();
        }
        const poll_result polled = poll();
        if (end_reason_) return;
        if (polled.code != ZOK) {                                 // rule 8: the descriptor means nothing
            if (link_ == link::up) process_once(ZOOKEEPER_READ);  // a failed ping leaves its socket: reap it
            if (end_reason_) return;
        } else if (polled.fd < 0) {
            continue;  // the library's own pause; ours counts (rule 9), and asking again ends it
        } else if (stale_) {
            cure(polled.fd);
        } else if (watch_socket(polled)) {
            return;
        }
    }
    schedule_step();
}

zk_loop::poll_result zk_loop::poll() {
    poll_result result;
    timeval time{};
    const bool connects = link_ == link::down;
    if (connects) handshake_sent_ = reactor_.now();  // a connect that succeeds at once sends it
    result.code = zookeeper_interest(zh_, &result.fd, &result.interest, &time);
    if (connects && result.code == ZOK && result.fd >= 0) set_close_on_exec(result.fd);  // rule 5
    observe();
    if (connects && result.code != ZOK) {
        if (zoo_state(zh_) == 0) stale_completed();  // by the failed connect
        policy_.attempt_failed();
    }
    result.time = std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    return result;
}

// After a silent close old requests are still queued, perhaps half-sent; on the new connection they would
// make nonsense. Ending that connection before its handshake completes them all (c-client 1.4, rule 11).
void zk_loop::cure(int fd) {
    const zk_log_muted quiet;
    ::shutdown(fd, SHUT_RDWR);
    zookeeper_process(zh_, ZOOKEEPER_READ | ZOOKEEPER_WRITE);
    stale_completed();
    if (zoo_state(zh_) == 0) link_ = link::down;  // not a failed attempt
    observe();
}

void zk_loop::stale_completed() {
    stale_ = false;
    ready_.take_all(behind_stale_);
}

// False if the socket cannot be watched; it is given up then.
bool zk_loop::watch_socket(const poll_result& polled) {
    // Rule 4. While the connection is up nothing has closed the library's socket: `observe` would have dropped ours.
    const bool known = link_ == link::up && socket_.is_open() && polled.fd == copied_;
    if (!known && !socket_.same_as(polled.fd)) {
        drop_socket();
        if (!socket_.open(polled.fd)) return give_up_socket(polled.fd);
        wire_calls::adopt(polled.fd);
        copied_ = polled.fd;
        if (link_ == link::connecting) arm_connect_timer();
    }
    const bool writes = (polled.interest & ZOOKEEPER_WRITE) != 0;
    // Once asked, Asio waits for room to write too whenever it waits, and is told of it at once, each time.
    if (link_ == link::up && !writes && std::exchange(write_waited_, false)) {
        if (socket_.renew()) {
            ++generation_;
            read_waiting_ = write_waiting_ = false;
        } else if (socket_.is_open()) {
            write_waited_ = true;  // as good, and slower
        } else {
            return give_up_socket(polled.fd);
        }
    }
    const bool reads = zoo_state(zh_) != ZOO_CONNECTING_STATE;
    if (reads && (polled.interest & ZOOKEEPER_READ) != 0) {
        wait_for(descriptor_base::wait_read, read_waiting_, ZOOKEEPER_READ);
    }
    if (writes) {
        write_waited_ = true;
        wait_for(descriptor_base::wait_write, write_waiting_, ZOOKEEPER_WRITE);
    }
    arm(polled.time);
    return true;
}

bool zk_loop::give_up_socket(int fd) {
    ::shutdown(fd, SHUT_RDWR);
    process_once(ZOOKEEPER_READ | ZOOKEEPER_WRITE);
    return false;
}

void zk_loop::wait_for(descriptor_base::wait_type kind, bool& waiting, int events) {
    if (std::exchange(waiting, true)) return;
    socket_.descriptor().async_wait(kind,
                                    [self = shared_from_this(), &waiting, events,
                                     generation = generation_](const boost::system::error_code& failure) {
                                        if (generation != self->generation_) return;
                                        waiting = false;
                                        if (!failure) self->step(events);
                                    });
}

// Rule 10: the library would give one server two thirds of the session's time.
void zk_loop::arm_connect_timer() {
    connect_timer_.expires_after(policy_.attempt_limit());
    connect_timer_.async_wait(
        [self = shared_from_this(), generation = generation_](const boost::system::error_code& failure) {
            if (failure || generation != self->generation_ || self->link_ != link::connecting) return;
            self->socket_.shut_down();
            self->step(ZOOKEEPER_READ | ZOOKEEPER_WRITE);
        });
}

// Rule 9. Names may have come to mean other addresses.
void zk_loop::pause() {
    pause_end_ = clock::now() + policy_.next_pause(reactor_.random_unit());
    if (zh_ == nullptr) return arm(pause_end_ - clock::now());
    if (resolver_.has_names() && !looking_up_) look_up_servers();
}

// Rule 7. A timer that fires too early does no harm, so an earlier one is left as it is.
void zk_loop::arm(std::chrono::nanoseconds length) {
    const auto at = clock::now() + std::max<std::chrono::nanoseconds>(length, std::chrono::milliseconds(1));
    if (timer_armed_ && timer_.expiry() <= at) return;
    timer_armed_ = true;
    timer_.expires_at(at);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
        if (failure) return;
        self->timer_armed_ = false;
        self->step(0);
    });
}

// All waits of this socket end, and the server learns of the connection's end only by this.
void zk_loop::drop_socket() {
    ++generation_;
    read_waiting_ = write_waiting_ = false;
    socket_.close();
    connect_timer_.cancel();
}

}  // namespace paddock::detail
