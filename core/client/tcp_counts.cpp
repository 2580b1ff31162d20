// Apart because <linux/tcp.h>, which has the byte counters, and <netinet/tcp.h>, which Asio includes,
// collide.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

#include "core/znode_api.hpp"

namespace paddock::detail {

wire_counts tcp_counts(int fd);

wire_counts tcp_counts(int fd) {
    tcp_info info{};
    socklen_t length = sizeof info;
    constexpr std::size_t needed = offsetof(tcp_info, tcpi_bytes_retrans) + sizeof info.tcpi_bytes_retrans;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 || length < needed) return {};
    return {.bytes_sent = info.tcpi_bytes_sent - info.tcpi_bytes_retrans,
            .bytes_received = info.tcpi_bytes_received};
}

}  // namespace paddock::detail
