#include "core/server_list.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

#include <paddock/error.hpp>

#include "core/text.hpp"

namespace paddock::detail {
namespace {

constexpr std::size_t servers_max = 64;
constexpr std::size_t host_bytes_max = 253;
constexpr std::size_t label_bytes_max = 63;

[[noreturn]] void refuse(std::string_view entry, const std::string& rule) {
    throw argument_error(errc::invalid_servers, "server '" + printable(entry) + "': " + rule);
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::uint16_t parse_port(std::string_view entry, std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failure != std::errc{} || end != text.data() + text.size() || port == 0) {
        refuse(entry, "the port must be a number from 1 to 65535");
    }
    return port;
}

void check_label(std::string_view entry, std::string_view label) {
    if (label.empty() || label.size() > label_bytes_max) {
        refuse(entry, "each part of a host name between dots has 1 to 63 characters");
    }
    // Underscores are no part of the standard, but names of containers have them.
    const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; };
    if (!std::ranges::all_of(label, allowed) || label.front() == '-' || label.back() == '-') {
        refuse(entry, "a host name is made of letters, digits, dots and inner hyphens");
    }
}

void check_name(std::string_view entry, std::string_view host) {
    if (host.empty()) refuse(entry, "the host is missing");
    if (host.size() > host_bytes_max) refuse(entry, "a host name has at most 253 characters");
    const bool numeric = std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
    if (numeric) {
        in_addr address{};
        // Resolvers take "127.1" or "1" for addresses too; here that is a slip.
        if (inet_pton(AF_INET, std::string(host).c_str(), &address) != 1) {
            refuse(entry, "an IPv4 address has four numbers from 0 to 255");
        }
        return;
    }
    if (host.back() == '.') host.remove_suffix(1);
    for (std::size_t start = 0;;) {
        const std::size_t dot = host.find('.', start);
        check_label(entry, host.substr(start, dot - start));
        if (dot == std::string_view::npos) return;
        start = dot + 1;
    }
}

void check_ipv6(std::string_view entry, std::string_view host) {
    const std::size_t percent = host.find('%');
    in6_addr address{};
    bool valid = inet_pton(AF_INET6, std::string(host.substr(0, percent)).c_str(), &address) == 1;
    if (percent != std::string_view::npos) {
        const std::string_view zone = host.substr(percent + 1);
        const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; };
        valid = valid && !zone.empty() && std::ranges::all_of(zone, allowed);
    }
    if (!valid) refuse(entry, "an IPv6 address, and nothing else, stands in brackets, as in [::1]:2181");
}

server_address parse_bracketed(std::string_view entry) {
    const std::size_t close = entry.find(']');
    if (close == std::string_view::npos) refuse(entry, "the closing bracket is missing");
    server_address result{.host = std::string(entry.substr(1, close - 1))};
    check_ipv6(entry, result.host);
    const std::string_view rest = entry.substr(close + 1);
    if (rest.empty()) return result;
    if (rest.front() != ':') refuse(entry, "only ':port' may follow the bracket");
    result.port = parse_port(entry, rest.substr(1));
    return result;
}

server_address parse_entry(std::string_view entry) {
    if (entry.empty()) refuse(entry, "an entry of the list is empty");
    if (entry.front() == '[') return parse_bracketed(entry);
    const std::size_t colon = entry.find(':');
    if (colon != entry.rfind(':')) refuse(entry, "an IPv6 address stands in brackets, as in [::1]:2181");
    server_address result{.host = std::string(entry.substr(0, colon))};
    check_name(entry, result.host);
    if (colon != std::string_view::npos) result.port = parse_port(entry, entry.substr(colon + 1));
    return result;
}

void check_characters(std::string_view text) {
    if (text.empty()) throw argument_error(errc::invalid_servers, "the server list is empty");
    if (text.find('/') != std::string_view::npos) {
        refuse(text, "a path behind the servers (chroot) is not taken here: use client_options::name_space");
    }
    const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
    if (std::ranges::any_of(text, blank)) refuse(text, "no spaces, control characters or NUL");
}

}  // namespace

std::vector<server_address> parse_servers(std::string_view text) {
    check_characters(text);
    std::vector<server_address> result;
    for (std::size_t start = 0;;) {
        const std::size_t comma = text.find(',', start);
        result.push_back(parse_entry(text.substr(start, comma - start)));
        if (comma == std::string_view::npos) break;
        start = comma + 1;
    }
    if (result.size() > servers_max) {
        throw argument_error(errc::invalid_servers, "the list names " + std::to_string(result.size()) +
                                                        " servers; at most 64 are taken");
    }
    return result;
}

}  // namespace paddock::detail
