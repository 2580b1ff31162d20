#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>

#include "tests/sim/pipe.hpp"
#include "tests/sim/wire.hpp"

namespace paddock::testing {

class sim_client;
struct sim_link;

/// A request on its way to a server, and there. Writes go to the leader as they come, reads are made when all before them are answered, and
/// the answers leave in the order of the requests.
struct sim_turn {
    enum class reply {
        arrives,
        never_leaves,     ///< the server hangs up instead
        is_lost_on_way,   ///< and the connection ends there
        nobody_waits_for  ///< of a former connection; only its order counts
    };
    request what;
    response answer;
    bool ready = false;  ///< `answer` is there
    reply outcome = reply::arrives;
    std::weak_ptr<sim_link> home;  ///< where it waits
    std::function<void()> after;
};
using turn_ptr = std::shared_ptr<sim_turn>;

/// One connection between a handle and a server, with what the server keeps for it.
struct sim_link : std::enable_shared_from_this<sim_link> {
    sim_link(handle_number number, std::size_t server, std::weak_ptr<sim_client> peer,
             detail::environment& client_side, detail::environment& server_side)
        : handle(number),
          at(server),
          client(std::move(peer)),
          to_server(std::make_shared<sim_pipe>(server_side)),
          to_client(std::make_shared<sim_pipe>(client_side)) {}

    const handle_number handle;
    const std::size_t at;  ///< the server
    const std::weak_ptr<sim_client> client;
    const std::shared_ptr<sim_pipe> to_server;
    const std::shared_ptr<sim_pipe> to_client;

    bool fresh = false;  ///< for a session yet to be opened
    bool accepted = false;
    bool open = true;   ///< the server still keeps it
    bool heard = true;  ///< and still reads it
    std::int64_t session = 0;
    std::set<watch_key> watched;
    std::size_t watch_events = 0;  ///< told
    std::deque<turn_ptr> turns;    ///< not yet answered
};

}  // namespace paddock::testing
