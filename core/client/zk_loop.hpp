#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <zookeeper/zookeeper.h>
#include <boost/asio/steady_timer.hpp>

#include "core/client/connect_policy.hpp"
#include "core/client/ready_list.hpp"
#include "core/client/server_resolver.hpp"
#include "core/client/socket_copy.hpp"
#include "core/client/watch_table.hpp"
#include "core/environment.hpp"

namespace paddock::detail {

class reactor;

/// Drives one handle of the C client: its socket, its timers, its reconnects and its end. The library is
/// called from here and from `zk_requests` only, on the reactor thread only (rule 1), and what it reports is
/// delivered from the ready list after its call has returned (rule 13).
class zk_loop : public std::enable_shared_from_this<zk_loop> {
public:
    zk_loop(reactor& owner, const session_parameters& parameters, session_listener& listener);
    ~zk_loop();
    void start();

    /// Drops the connection; the session lives on at the servers. The listener is not called any more.
    void abandon();
    /// Ends the session if a server answers promptly; then calls `done`. The listener is not called any more.
    void close(std::function<void()> done);

    [[nodiscard]] wire_counts counts() const { return socket_.counts(); }
    [[nodiscard]] bool expired() const noexcept { return end_reason_ == errc::session_expired; }

    /// The handle when requests may be sent (rule 12), else null.
    [[nodiscard]] zhandle_t* connected() const noexcept;
    /// The handle, connected or not; null before the first connect and after the end.
    [[nodiscard]] zhandle_t* handle() const noexcept { return zh_; }
    /// To be called after each library call that sends something.
    void sent();
    /// For completions: `code` is the library's.
    void complete(std::unique_ptr<ready_item> item, int code);
    /// For requests that the library did not take.
    void deliver(std::unique_ptr<ready_item> item);
    [[nodiscard]] watch_table& watches() noexcept { return watches_; }

private:
    enum class link { down, connecting, up };
    struct poll_result {
        int code = ZOK;
        int fd = -1;
        int interest = 0;
        std::chrono::microseconds time{};
    };
    class watch_fired;

    // The handle's life (zk_loop.cpp).
    void look_up_servers();
    void use_servers(const std::vector<std::string>& found);
    std::string next_list();
    void open_handle();
    void apply_servers();
    void end_session(error_code reason);
    void cut();
    void release_handle();
    void await_probe(int checks, std::uint64_t answers_before);
    void finish_close(bool alive);
    static void on_event(zhandle_t* zh, int type, int state, const char* path, void* context) noexcept;
    void on_session_event(int state);
    void report_disconnected();

    // The loop (zk_steps.cpp).
    void step(int events);
    void schedule_step();
    void process(int events);
    int process_once(int events);
    void observe();
    void settle();
    poll_result poll();
    void cure(int fd);
    void stale_completed();
    bool watch_socket(const poll_result& polled);
    bool give_up_socket(int fd);
    void wait_for(boost::asio::posix::stream_descriptor::wait_type kind, bool& waiting, int events);
    void pause();
    void arm(std::chrono::nanoseconds length);
    void arm_connect_timer();
    void drop_socket();
    void run_ready();

    reactor& reactor_;
    session_listener* listener_;  // null once the session layer wants no more events
    session_parameters parameters_;
    server_resolver resolver_;
    connect_policy policy_;

    zhandle_t* zh_ = nullptr;
    std::vector<std::string> servers_;  // as resolved last
    bool servers_changed_ = false;      // since the library was told
    std::size_t list_length_ = 0;       // of the list that the library has
    bool looking_up_ = false;

    link link_ = link::down;
    bool stale_ = false;  // closed silently: old requests are still queued inside (rule 11)
    bool reported_connected_ = false;
    boot_time handshake_sent_{};
    std::chrono::steady_clock::time_point up_since_{};
    std::chrono::steady_clock::time_point pause_end_{};  // no connect before
    std::uint64_t answers_ = 0;
    watch_table watches_;
    error_code end_reason_;

    socket_copy socket_;
    int copied_ = -1;               // the library's descriptor
    std::uint64_t generation_ = 0;  // of the socket; handlers of an older one do nothing
    bool read_waiting_ = false;
    bool write_waiting_ = false;
    bool write_waited_ = false;                           // with this copy of the socket
    std::chrono::steady_clock::time_point drained_at_{};  // nothing was left to read
    boost::asio::steady_timer timer_;
    bool timer_armed_ = false;
    boost::asio::steady_timer connect_timer_;
    boost::asio::steady_timer close_timer_;
    std::function<void()> closed_;
    bool closing_ = false;  // no further requests

    bool step_scheduled_ = false;
    bool more_to_read_ = false;
    bool owes_interest_ = false;  // put off for one step
    ready_list ready_;
    ready_list behind_stale_;  // refused after a silent close; answered after what had been sent before it
};

}  // namespace paddock::detail
