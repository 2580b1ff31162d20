#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace paddock::testing {

/// Operation codes of ZooKeeper's client protocol (ZooDefs.OpCode).
enum class opcode : std::int32_t {
    event = 0,  ///< a watch event; the server sends it unasked
    create = 1,
    remove = 2,  ///< `delete` in the protocol
    exists = 3,
    get_data = 4,
    set_data = 5,
    get_acl = 6,
    set_acl = 7,
    get_children = 8,
    sync = 9,
    ping = 11,
    get_children2 = 12,
    check = 13,
    multi = 14,
    create2 = 15,
    check_watches = 17,
    remove_watches = 18,
    create_container = 19,
    delete_container = 20,
    create_ttl = 21,
    auth = 100,
    set_watches = 101,
    sasl = 102,
    connect = -10,  ///< the handshake, the first frame of each direction
    close_session = -11,
};

/// The xids that mean a kind of frame instead of a number the client counted up.
inline constexpr std::int32_t event_xid = -1;
inline constexpr std::int32_t ping_xid = -2;
inline constexpr std::int32_t auth_xid = -4;
inline constexpr std::int32_t set_watches_xid = -8;

/// Result codes that tests compare with.
inline constexpr std::int32_t ok = 0;
inline constexpr std::int32_t no_node = -101;
inline constexpr std::int32_t node_exists = -110;
inline constexpr std::int32_t session_expired = -112;
inline constexpr std::int32_t session_moved = -118;

/// Builds one frame of the protocol: fields in big-endian order, preceded by their total length.
class frame_writer {
public:
    frame_writer& put_int(std::int32_t value);
    frame_writer& put_long(std::int64_t value);
    frame_writer& put_bool(bool value);
    /// Strings and byte buffers look the same.
    frame_writer& put_string(std::string_view value);
    frame_writer& put_raw(std::string_view fields);
    /// The fields without the length.
    [[nodiscard]] const std::string& body() const noexcept { return body_; }
    /// The frame with its length.
    [[nodiscard]] std::string finish() const;

private:
    std::string body_;
};

/// Reads fields from a frame's payload. Past the end it yields zeros and empty strings, and `truncated()`
/// stays true, so that a proxy can look into whatever it is handed.
class frame_reader {
public:
    explicit frame_reader(std::string_view payload) noexcept : rest_(payload) {}

    std::int32_t take_int();
    std::int64_t take_long();
    bool take_bool();
    std::string take_string();
    [[nodiscard]] bool truncated() const noexcept { return truncated_; }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

private:
    std::uint64_t take_number(std::size_t bytes);

    std::string_view rest_;
    bool truncated_ = false;
};

/// The path that a request names, given what follows its header; for a multi the path of its first operation.
/// Empty when it names none.
[[nodiscard]] std::string path_of(opcode op, std::string_view body);

}  // namespace paddock::testing
