#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "integration/support/unique_fd.hpp"

namespace paddock::testing {

using time_point = std::chrono::steady_clock::time_point;

/// True when `fd` can be read (end of file included) before `deadline`.
[[nodiscard]] bool wait_readable(int fd, time_point deadline);

/// The other side refused, closed or reset the connection, or did not answer before the deadline.
class connection_lost : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A blocking TCP connection in which every operation has a deadline. Throws connection_lost.
class timed_socket {
public:
    /// `host` is a numeric IPv4 address.
    timed_socket(const std::string& host, std::uint16_t port, time_point deadline);

    void send(std::string_view bytes, time_point deadline);
    /// Exactly `size` bytes.
    [[nodiscard]] std::string receive(std::size_t size, time_point deadline);
    /// Everything until the other side closes.
    [[nodiscard]] std::string receive_all(time_point deadline);
    [[nodiscard]] int fd() const noexcept { return socket_.get(); }

private:
    [[nodiscard]] std::string receive_some(std::size_t at_most, time_point deadline);

    unique_fd socket_;
};

}  // namespace paddock::testing
