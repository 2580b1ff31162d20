#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/client/connect_policy.hpp"
#include "tests/sim/servers.hpp"

namespace paddock::testing {

/// The inside of a handle: what the C client does between its callers and the wire. Shared, so that a handle
/// can be destroyed inside its own callbacks.
class sim_client : public std::enable_shared_from_this<sim_client> {
public:
    using completion = std::function<void(response&, detail::fate)>;

    sim_client(std::shared_ptr<sim_servers> servers, virtual_host& local,
               detail::session_parameters parameters, detail::session_listener& listener);
    ~sim_client();
    sim_client(const sim_client&) = delete;
    sim_client& operator=(const sim_client&) = delete;

    void start();
    void send(request what, completion done);
    void remove_watch(const std::string& path, detail::watch_kind kind);
    void close(std::function<void()> done);
    /// The handle is being destroyed.
    void abandon();
    /// Its process has been killed: the system closes its connection.
    void vanish();

    // From the wire.
    void on_connect(const std::shared_ptr<sim_link>& link, const connect_response& answer);
    void on_response(response& answer);
    void on_event(const std::string& path, detail::watch_event event);
    void on_hang_up(const std::shared_ptr<sim_link>& link);
    void on_rejected();

    [[nodiscard]] virtual_host& local() { return local_; }
    [[nodiscard]] const std::shared_ptr<sim_link>& link() const { return link_; }
    [[nodiscard]] detail::boot_time contact() const { return contact_; }
    [[nodiscard]] std::int64_t session() const { return session_; }
    [[nodiscard]] std::size_t watches() const { return watches_.size(); }
    [[nodiscard]] detail::wire_counts counts() const { return counts_; }

private:
    enum class state { connecting, connected, ended, closing, closed };
    struct pending {
        request_kind kind;
        std::string path;
        std::optional<watch_key> watch;
        std::size_t index;  // in the records
        detail::boot_time sent;
        completion done;
    };

    void transmit(request what);
    void refuse(const request& what, error_code ec, detail::fate fate, completion done);
    void fail(std::deque<pending> lost);
    /// Runs `action(client)` if there still is one by then.
    template <class Action>
    static auto guarded(std::weak_ptr<sim_client> weak, Action action) {
        return [weak = std::move(weak), action] {
            if (const auto self = weak.lock()) action(*self);
        };
    }

    // client_connection.cpp
    void attempt();
    void try_again();
    void set_watches();
    void drop_link();
    void disconnect();

    // client_heartbeat.cpp
    void arm();
    void on_timer();
    [[nodiscard]] bool is_silent() const;
    void give_up_if_silent();

    // client_end.cpp
    void end(error_code reason);
    void finish_close();

    // notices.cpp
    void notice_attached(const connect_response& answer);
    void notice_held_back_ping();

    const std::shared_ptr<sim_servers> servers_;
    virtual_host& local_;
    const detail::session_parameters parameters_;
    detail::session_listener* listener_;
    handle_number number_ = 0;
    std::size_t server_ = 0;  // to try next
    state state_ = state::connecting;
    std::shared_ptr<sim_link> link_;
    std::deque<pending> pending_;
    std::set<watch_key> watches_;
    std::function<void()> closed_;
    std::int64_t session_ = 0;
    std::int64_t last_zxid_ = 0;
    std::chrono::milliseconds timeout_;
    detail::connect_policy policy_;
    detail::boot_time handshake_sent_;
    detail::boot_time last_sent_;  // this and the following by the clock that stands still in a suspend
    detail::boot_time contact_{};
    detail::boot_time last_received_;
    detail::boot_time timer_at_;
    detail::boot_time lost_at_;  // the connection; by the world's clock, as the next
    detail::boot_time armed_at_;
    watch_key armed_;  // the last watch
    detail::scheduled_call timer_;
    detail::wire_counts counts_;
};

}  // namespace paddock::testing
