#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tests/sim/wire.hpp"

namespace paddock::testing {

/// One request (not a ping) and its answer, as its handle saw them.
struct exchange {
    request_kind kind;
    std::string path;
    detail::boot_time sent;
    detail::boot_time answered{};  ///< epoch while there is none
};

/// What happened, for assertions and for failure messages.
class sim_records {
public:
    std::size_t sent(handle_number who, const request& what, detail::boot_time when);
    void answered(handle_number who, std::size_t index, detail::boot_time when);
    /// `op` is a literal, or lives as long.
    void note(detail::boot_time when, std::int64_t session, std::string_view op, const std::string& path,
              const std::string& result);

    /// Requests that handles sent; `every_handle` adds them up.
    [[nodiscard]] std::uint64_t requests(request_kind kind, handle_number who) const;
    [[nodiscard]] std::vector<exchange> exchanges(handle_number who) const;
    /// How often the handle had to wait for the network one after the other since `from`: the longest chain
    /// of answered requests of which each was sent when the one before had been answered.
    [[nodiscard]] std::size_t network_waits(handle_number who, detail::boot_time from) const;

    /// The last events, one a line: time, session, operation, path, result.
    [[nodiscard]] std::string text(std::size_t lines) const;
    /// Of all events ever: equal for two runs only if they were the same.
    [[nodiscard]] std::uint64_t hash() const { return hash_; }

private:
    using counters = std::array<std::uint64_t, static_cast<std::size_t>(request_kind::count)>;
    struct handle_record {
        counters requests{};
        std::size_t forgotten = 0;  // exchanges dropped from the front
        std::deque<exchange> exchanges;
    };
    // Put into words only when somebody asks.
    struct event {
        [[nodiscard]] std::string text() const;

        detail::boot_time when;
        std::int64_t session;
        std::string_view op;
        std::string path;
        std::string result;
    };
    handle_record& of(handle_number who);
    void mix(std::string_view bytes);
    void mix(std::int64_t number);

    std::vector<handle_record> handles_;
    std::deque<event> events_;
    std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace paddock::testing
