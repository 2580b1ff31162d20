#include "integration/support/timed_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace paddock::testing {
namespace {

bool wait_for(int fd, short events, time_point deadline) {
    for (;;) {  // ends with an event, an error or the deadline
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::max(
            deadline - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration::zero()));
        pollfd watched{fd, events, 0};
        const int ready = ::poll(&watched, 1, static_cast<int>(left.count()));
        if (ready >= 0) return ready > 0;
        if (errno != EINTR) throw connection_lost(std::strerror(errno));
    }
}

void require(int fd, short events, time_point deadline) {
    if (!wait_for(fd, events, deadline)) throw connection_lost("deadline passed");
}

}  // namespace

bool wait_readable(int fd, time_point deadline) { return wait_for(fd, POLLIN, deadline); }

timed_socket::timed_socket(const std::string& host, std::uint16_t port, time_point deadline)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    if (!socket_) throw connection_lost(std::strerror(errno));
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
        throw std::invalid_argument("not an IPv4 address: " + host);
    }
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    if (errno != EINPROGRESS) throw connection_lost(std::strerror(errno));
    require(socket_.get(), POLLOUT, deadline);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) throw connection_lost(std::strerror(error));
}

void timed_socket::send(std::string_view bytes, time_point deadline) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            require(socket_.get(), POLLOUT, deadline);
        } else if (errno != EINTR) {
            throw connection_lost(std::strerror(errno));
        }
    }
}

std::string timed_socket::receive(std::size_t size, time_point deadline) {
    std::string all;
    while (all.size() < size) {
        const std::string part = receive_some(size - all.size(), deadline);
        if (part.empty()) throw connection_lost("closed by the other side");
        all += part;
    }
    return all;
}

std::string timed_socket::receive_all(time_point deadline) {
    std::string all;
    for (;;) {  // ends when the other side closes, or by exception
        const std::string part = receive_some(4096, deadline);
        if (part.empty()) return all;
        all += part;
    }
}

// Empty at the end of the stream.
std::string timed_socket::receive_some(std::size_t at_most, time_point deadline) {
    std::string bytes(std::min<std::size_t>(at_most, 65536), '\0');
    for (;;) {  // ends with data, the end of the stream, or by exception
        const auto received = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
        if (received >= 0) {
            bytes.resize(static_cast<std::size_t>(received));
            return bytes;
        }
        if (errno == EAGAIN) {
            require(socket_.get(), POLLIN, deadline);
        } else if (errno != EINTR) {
            throw connection_lost(std::strerror(errno));
        }
    }
}

}  // namespace paddock::testing
