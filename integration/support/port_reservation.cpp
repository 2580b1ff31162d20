#include "integration/support/port_reservation.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace paddock::testing {

port_reservation::port_reservation(const std::string& host)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto fail = [&](const char* what) {
        throw std::system_error(errno, std::generic_category(), what);
    };
    if (!socket_) fail("socket");
    const int on = 1;
    if (::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) fail("SO_REUSEADDR");

    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
        throw std::system_error(EINVAL, std::generic_category(), "not an IPv4 address: " + host);
    }
    socklen_t size = sizeof address;
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) fail("bind");
    if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
    port_ = ntohs(address.sin_port);
}

}  // namespace paddock::testing
