#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "integration/support/fault_proxy.hpp"
#include "integration/support/port_reservation.hpp"
#include "integration/support/proxy_connection.hpp"

namespace paddock::testing {

/// The inside of a fault_proxy. All but `call` and the constants belongs to the loop's thread.
class proxy_loop final : public connection_host {
public:
    using tcp = boost::asio::ip::tcp;

    proxy_loop(tcp::endpoint to, const std::string& listen_host);
    ~proxy_loop() override;

    /// Runs `f` on the loop's thread and returns its result.
    template <class F>
    auto call(F f) {
        std::packaged_task<decltype(f())()> task(std::move(f));
        auto result = task.get_future();
        boost::asio::post(io_, std::move(task));
        return result.get();
    }

    void add_fault(std::shared_ptr<injected_fault> fault) { faults_.push_back(std::move(fault)); }
    void clear_faults() { faults_.clear(); }
    void set_upstream(tcp::endpoint to) { upstream_ = std::move(to); }
    std::size_t cut_all();
    void block(block_mode mode);
    void unblock();
    void stall(direction towards);
    void resume();
    void set_lag(std::chrono::milliseconds lag);
    void clear_trace() { trace_.clear(); }

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    [[nodiscard]] const proxy_counters& counters() const { return counters_; }
    [[nodiscard]] const std::deque<trace_entry>& trace() const { return trace_; }
    [[nodiscard]] const std::string& host() const { return host_; }
    [[nodiscard]] std::uint16_t port() const { return reservation_.port(); }

private:
    void listen();
    void stop_listening();
    void accept();
    void add(tcp::socket client);
    [[nodiscard]] std::vector<std::shared_ptr<proxy_connection>> present() const;

    [[nodiscard]] tcp::endpoint upstream() const override { return upstream_; }
    [[nodiscard]] std::shared_ptr<injected_fault> on_frame(std::uint64_t connection,
                                                           const frame_info& frame) override;
    void on_forwarded(direction towards, std::size_t bytes) override;
    void on_closed(std::uint64_t connection, bool cut) override;

    const std::string host_;
    const port_reservation reservation_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    tcp::acceptor acceptor_{io_};
    std::uint64_t listening_ = 0;  // how many times the acceptor was opened or closed
    tcp::endpoint upstream_;
    std::map<std::uint64_t, std::shared_ptr<proxy_connection>> connections_;
    std::vector<std::shared_ptr<injected_fault>> faults_;
    std::vector<direction> stalled_;
    std::chrono::milliseconds lag_{0};
    bool parking_ = false;  // new connections are accepted and not served
    proxy_counters counters_;
    std::deque<trace_entry> trace_;
    std::thread thread_;
};

}  // namespace paddock::testing
