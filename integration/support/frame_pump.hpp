#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "integration/support/frame_parser.hpp"

namespace paddock::testing {

/// Moves frames in one direction of a proxied connection, and lets its owner look at each one first.
///
/// Everything runs on the proxy's one thread.
class frame_pump : public std::enable_shared_from_this<frame_pump> {
public:
    using socket = boost::asio::ip::tcp::socket;

    struct handlers {
        std::function<void(std::string)> on_frame;  ///< the owner calls `forward` for what is to be delivered
        std::function<void()> on_end;               ///< the source ended and every frame was handed out
        std::function<void()> on_flushed;           ///< after `finish`: everything forwarded was delivered
    };

    frame_pump(std::shared_ptr<socket> from, std::shared_ptr<socket> to, handlers on);

    /// To be called once both sockets are connected.
    void start();
    /// Delivers the bytes after what was forwarded before, and not sooner than the lag.
    void forward(std::string bytes);
    void set_lag(std::chrono::milliseconds lag) noexcept { lag_ = lag; }

    /// Stops reading, so that the sender meets a full window in the end, like behind a network that drops
    /// everything; the end of the source is not noticed either. What was forwarded is still delivered.
    void hold() noexcept { held_ = true; }
    void release();
    [[nodiscard]] bool held() const noexcept { return held_; }

    /// Reads no more and reports `on_flushed`, perhaps at once.
    void finish();
    [[nodiscard]] bool flushed() const noexcept { return finishing_ && out_.empty(); }
    /// Drops everything; no handler is called any more.
    void stop();

private:
    struct outgoing {
        std::string bytes;
        std::chrono::steady_clock::time_point due;
    };

    void read();
    void drain();
    void write();
    void on_written(bool failed);

    std::shared_ptr<socket> from_;
    std::shared_ptr<socket> to_;
    handlers on_;
    boost::asio::steady_timer due_timer_;
    std::chrono::milliseconds lag_{0};
    frame_splitter splitter_;
    std::array<char, 16384> chunk_;
    std::deque<outgoing> out_;
    std::size_t queued_bytes_ = 0;
    bool started_ = false;
    bool reading_ = false;
    bool writing_ = false;  // also while waiting for the front to become due
    bool held_ = false;
    bool ended_ = false;
    bool broken_ = false;  // the destination accepts nothing more
    bool finishing_ = false;
    bool stopped_ = false;
};

}  // namespace paddock::testing
