#pragma once

#include <sys/types.h>

#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "core/znode_api.hpp"

namespace paddock::detail {

/// Our own descriptor of the library's socket. The library closes its socket and opens the next one behind
/// our back, mostly under the same number; waiting on that number would hang for ever (rule 4).
class socket_copy {
public:
    explicit socket_copy(const boost::asio::any_io_executor& executor) : descriptor_(executor) {}

    [[nodiscard]] bool is_open() const { return descriptor_.is_open(); }
    /// Whether the library's `fd` still is the socket that was copied.
    [[nodiscard]] bool same_as(int fd) const;
    /// Copies it; false if that failed. Nothing may be open.
    bool open(int fd);
    /// The same socket under another descriptor, so that Asio forgets what it has been asked to wait for. False if there
    /// is no descriptor to be had; all is as before then, as a rule.
    bool renew();
    /// Pending waits end with an error. The connection lives until this: the library's own close is not
    /// enough.
    void close();
    /// Cuts the connection in both directions; nothing that is sent afterwards reaches the server.
    void shut_down();

    [[nodiscard]] boost::asio::posix::stream_descriptor& descriptor() { return descriptor_; }
    /// Bytes of all connections so far.
    [[nodiscard]] wire_counts counts() const;

private:
    bool use(int copy);

    boost::asio::posix::stream_descriptor descriptor_;
    ino_t inode_ = 0;
    wire_counts past_;
};

/// So that programs which our process starts do not keep the connection open (rule 5).
void set_close_on_exec(int fd);

/// What has gone over this TCP connection so far.
wire_counts tcp_counts(int fd);

}  // namespace paddock::detail
