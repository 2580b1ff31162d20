#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/faults.hpp"
#include "tests/sim/wire.hpp"

namespace paddock::testing {

/// Who acts in a step: client 0 or 1, or the operator, whose connection is never cut.
using actor_number = std::size_t;
constexpr actor_number client_count = 2;
constexpr actor_number the_operator = client_count;

/// One thing that happens; the next one begins when all of it has been answered.
struct script_step {
    enum class kind {
        requests,   ///< in one turn; with `fault`, one of them meets it
        cut,        ///< the connection ends while nothing is under way
        leave,      ///< the same, and no server can be reached until `come_back`
        come_back,  ///< the client connects again, or learns that its session is over
        expire,     ///< the servers end the session of a client that has left
        close,      ///< the client ends its session
        abandon,    ///< it drops its connection for ever; the session outlasts the script
        open,       ///< it has a new one
    };
    kind what = kind::requests;
    actor_number who = 0;
    std::vector<request> requests = {};
    std::optional<fault_position> fault = {};
    std::size_t struck = 0;  ///< index of the request that meets it
};

struct script {
    std::uint64_t seed = 0;
    std::size_t clients = 1;
    std::string root;  ///< everything happens below; the operator makes it, with the children a and b
    std::vector<script_step> steps;
};

/// One line each, for people.
[[nodiscard]] std::string text_of(const request& what);
[[nodiscard]] std::string text_of(const script_step& step);
[[nodiscard]] std::string text_of(const script& all);

}  // namespace paddock::testing
