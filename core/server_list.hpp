#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paddock::detail {

struct server_address {
    std::string host;  ///< a name or a numeric address, IPv6 without brackets
    std::uint16_t port = 2181;
    friend bool operator==(const server_address&, const server_address&) = default;
};

/// Reads "host:port,host,[::1]:2181". Throws `argument_error` (`errc::invalid_servers`) naming the entry and the rule.
std::vector<server_address> parse_servers(std::string_view text);

}  // namespace paddock::detail
