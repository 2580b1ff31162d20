#pragma once

#include <chrono>
#include <cstddef>

#include <paddock/sharing_options.hpp>

namespace paddock::detail {

/// What becomes of a shared place when a turn at it is over.
enum class parting {
    pass_on,    ///< to the next here
    linger,     ///< it is kept, in case somebody here wants it
    give_back,  ///< to the servers
};

struct parting_view {
    bool held = false;  ///< as far as its client can tell, at this moment
    std::size_t waiting = 0;
    std::size_t turns = 0;             ///< passed on so far
    std::chrono::nanoseconds since{};  ///< the servers granted it
    bool wanted = false;               ///< by somebody elsewhere
};

/// Fair to other clients: within the budget of turns and time for those here, and for nobody here only as long as nobody
/// else has come. Pure.
parting plan_parting(const parting_view& seen, const sharing_options& sharing);

}  // namespace paddock::detail
