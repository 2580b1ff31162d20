#pragma once

#include <cstdint>
#include <string>

#include "integration/support/unique_fd.hpp"

namespace paddock::testing {

/// Keeps one free TCP port of a loopback address for a server that listens, stops and listens again.
///
/// Holds a socket that is bound with SO_REUSEADDR and never listens. Linux then gives the port to nobody who
/// asks for "any free port", neither for bind nor for connect, while a listener that names the port and sets
/// SO_REUSEADDR (Java and Asio do) may use it. Connects to it are refused while nobody listens.
class port_reservation {
public:
    /// `host` is a numeric IPv4 address. Throws std::system_error.
    explicit port_reservation(const std::string& host);

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    unique_fd socket_;
    std::uint16_t port_ = 0;
};

}  // namespace paddock::testing
