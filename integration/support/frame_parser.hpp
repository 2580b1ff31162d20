#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "integration/support/wire_format.hpp"

namespace paddock::testing {

/// Cuts one direction of a connection into frames: 4 bytes of length, then that many bytes.
class frame_splitter {
public:
    void feed(std::string_view bytes) { buffer_ += bytes; }
    /// The next complete frame, its length included; none while it is incomplete or the stream is corrupt.
    [[nodiscard]] std::optional<std::string> next();
    /// A length below zero or above `size_max`, as when the other side does not speak this protocol.
    [[nodiscard]] bool corrupt() const noexcept { return corrupt_; }

    static constexpr std::int32_t size_max = 64 << 20;

private:
    std::string buffer_;
    bool corrupt_ = false;
};

enum class direction { to_server, to_client };

/// What the proxy knows of one frame.
struct frame_info {
    direction towards{};
    std::int32_t xid = 0;
    opcode op{};                ///< of a reply: that of its request
    std::int32_t err{};         ///< of a reply
    std::int64_t zxid{};        ///< of a reply
    std::int32_t event_type{};  ///< of a watch event: 1 created, 2 deleted, 3 changed, 4 child
    std::string path;           ///< of a request, its reply, or an event; empty when there is none
    std::size_t size_bytes = 0;

    [[nodiscard]] bool is_event() const { return towards == direction::to_client && xid == event_xid; }
};

/// Follows both directions of one connection and says what each frame is.
///
/// Replies carry no operation code, so each one is matched with the oldest unanswered request of the same
/// xid: that is the order of the requests, except that the server answers auth requests ahead of others.
class conversation {
public:
    /// `payload` is a frame without its length.
    [[nodiscard]] frame_info on_client_frame(std::string_view payload);
    /// A reply to nothing has the operation code `opcode::event` and an xid other than `event_xid`.
    [[nodiscard]] frame_info on_server_frame(std::string_view payload);
    /// Requests that have had no reply.
    [[nodiscard]] std::size_t unanswered() const noexcept { return unanswered_.size(); }

private:
    struct request {
        std::int32_t xid;
        opcode op;
        std::string path;
    };

    bool client_greeted_ = false;
    bool server_greeted_ = false;
    std::deque<request> unanswered_;
};

}  // namespace paddock::testing
