#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "integration/support/fault_rule.hpp"
#include "integration/support/frame_parser.hpp"
#include "integration/support/frame_pump.hpp"

namespace paddock::testing {

/// What a connection asks of and tells its proxy.
class connection_host {
public:
    virtual ~connection_host() = default;
    [[nodiscard]] virtual boost::asio::ip::tcp::endpoint upstream() const = 0;
    /// Notes the frame and returns the fault that strikes it, or null.
    [[nodiscard]] virtual std::shared_ptr<injected_fault> on_frame(std::uint64_t connection,
                                                                   const frame_info& frame) = 0;
    virtual void on_forwarded(direction towards, std::size_t bytes) = 0;
    /// `cut`: by the proxy, not by one of the two sides. Must not destroy the connection before it returns to
    /// the event loop.
    virtual void on_closed(std::uint64_t connection, bool cut) = 0;
};

/// One client's connection and the one to the server that belongs to it.
class proxy_connection : public std::enable_shared_from_this<proxy_connection> {
public:
    using tcp = boost::asio::ip::tcp;

    proxy_connection(std::uint64_t id, tcp::socket client, connection_host& host);

    /// Connects to the server and moves frames from then on. Does nothing when called again.
    void start();
    void set_lag(std::chrono::milliseconds lag);
    void hold(direction towards) { pump(towards).hold(); }
    /// Delivers what was withheld, and everything after it.
    void release();
    /// Closes both sides at once, delivering nothing more.
    void cut();

private:
    [[nodiscard]] std::shared_ptr<frame_pump> make_pump(direction towards);
    [[nodiscard]] frame_pump& pump(direction towards) const {
        return towards == direction::to_server ? *to_server_ : *to_client_;
    }
    void on_connected(boost::system::error_code ec);
    void on_frame(direction towards, std::string frame);
    void strike(const std::shared_ptr<injected_fault>& fault, direction towards, std::string frame);
    void forward(direction towards, std::string bytes);
    void finish_when_answered();
    void finish_both();
    void close(bool cut);

    std::uint64_t id_;
    connection_host& host_;
    std::shared_ptr<tcp::socket> client_;
    std::shared_ptr<tcp::socket> server_;
    std::shared_ptr<frame_pump> to_server_;
    std::shared_ptr<frame_pump> to_client_;
    conversation conversation_;
    std::vector<std::pair<direction, std::string>> withheld_;
    std::vector<std::shared_ptr<injected_fault>> cut_by_;  // their hits count once the connection is closed
    std::optional<position> ending_;                       // `drop` or `last` has struck
    bool started_ = false;
    bool closed_ = false;
};

/// Asio opens sockets that a child process would inherit, and a copy in a child keeps a connection open.
void close_on_exec(int fd);

}  // namespace paddock::testing
